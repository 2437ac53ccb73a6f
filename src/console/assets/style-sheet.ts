/** The one style sheet of the console. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8;
  --panel: #ffffff;
  --text: #1b1f27;
  --quiet: #5a6372;
  --line: #d7dbe2;
  --control: #8a93a3;
  --accent: #1d58c7;
  --on-accent: #ffffff;
  --selected: #e6eefc;
  --good: #17663a;
  --good-ground: #e3f4e9;
  --bad: #a3211b;
  --bad-ground: #fdeceb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c;
    --panel: #1d2128;
    --text: #e7eaef;
    --quiet: #a4adbb;
    --line: #353b46;
    --control: #7b8594;
    --accent: #8db4ff;
    --on-accent: #0d1a33;
    --selected: #25324b;
    --good: #86d7a5;
    --good-ground: #183325;
    --bad: #ff9d96;
    --bad-ground: #3f1f1e;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.0625rem; line-height: 1.35; margin: 0; }
p, ul, ol, dl { margin: 0 0 0.75rem; }
a { color: var(--accent); }
code { font: 0.9em/1.5 ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'Liberation Mono', monospace; }
[tabindex='-1']:focus-visible { outline: none; }
:focus-visible:not([tabindex='-1']) { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }

header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 2rem;
  padding: 0.5rem 1.5rem;
  background: var(--panel);
  border-bottom: 1px solid var(--line);
}
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--panel); }
.skip:focus { top: 0.5rem; }
.trail ol { display: flex; flex-wrap: wrap; margin: 0; padding: 0; list-style: none; color: var(--quiet); }
.trail li + li::before { content: '›' / ''; padding: 0 0.5rem; }
.trail a { font-weight: 600; text-decoration: none; }
.sections { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.sections a {
  padding: 0.375rem 0.625rem;
  border-radius: 6px;
  color: var(--text);
  text-decoration: none;
}
.sections a:hover { background: var(--ground); }
.sections a[aria-current] { background: var(--selected); color: var(--accent); font-weight: 600; }
.actor { margin: 0 0 0 auto; color: var(--quiet); }
.actor strong { color: var(--text); }

main { max-width: 90rem; margin: 0 auto; padding: 1.5rem; }
.panel, .groups, .columns > section {
  background: var(--panel);
  border: 1px solid var(--line);
  border-radius: 10px;
  padding: 1.25rem;
}
form.panel, .panel { max-width: 44rem; }
.columns { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 64rem) { .columns { grid-template-columns: 14rem minmax(0, 1fr); } }
.head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; }
.head { margin-bottom: 0.75rem; }
.head .actions { margin: 0; }
.hint, .empty, .none { color: var(--quiet); }
.hint { font-size: 0.875rem; margin-bottom: 0.375rem; }
.description { white-space: pre-line; margin-bottom: 0.25rem; }

.groups ul { list-style: none; padding: 0; }
.groups li a {
  display: block;
  padding: 0.5rem 0.75rem;
  border-radius: 6px;
  color: var(--text);
  text-decoration: none;
}
.groups li a:hover { background: var(--ground); }
.groups li a[aria-current] { background: var(--selected); color: var(--accent); font-weight: 600; }

button, .button {
  display: inline-block;
  padding: 0.375rem 0.75rem;
  border: 1px solid var(--control);
  border-radius: 6px;
  background: var(--panel);
  color: var(--text);
  font: inherit;
  line-height: 1.5;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.danger { background: var(--bad); border-color: var(--bad); color: var(--panel); font-weight: 600; }
.primary:hover, .danger:hover { color: var(--on-accent); filter: brightness(1.1); }
.danger:hover { color: var(--panel); border-color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.panel > .actions:last-child { margin: 1.25rem 0 0; }
.pages { display: flex; gap: 1.5rem; margin: 0.75rem 0 0; }
.pages:empty { display: none; }

.field { margin-bottom: 1rem; }
label, .label, legend { font-weight: 600; }
.field > label, .field > .label { display: block; margin-bottom: 0.25rem; }
input[type='text'], input[type='search'], textarea, select {
  width: 100%;
  max-width: 100%;
  padding: 0.4375rem 0.625rem;
  border: 1px solid var(--control);
  border-radius: 6px;
  background: var(--panel);
  color: var(--text);
  font: inherit;
}
textarea { display: block; resize: vertical; min-height: 5rem; }
[aria-invalid] { border-color: var(--bad); border-width: 2px; }
.check { display: flex; align-items: center; gap: 0.5rem; margin-bottom: 1rem; }
.check input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); }
.fault { color: var(--bad); margin: 0.125rem 0 0.375rem; }
fieldset { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 1rem; padding: 0.75rem 1rem; min-width: 0; }
legend { padding: 0 0.375rem; margin-left: -0.375rem; }
.ips, .choices { list-style: none; padding: 0; }
.ips li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; }
.ips li + li { border-top: 1px solid var(--line); }
.ips li { padding: 0.375rem 0; }
.ips .fault { flex-basis: 100%; margin: 0; }
.choices li { margin-bottom: 0.375rem; }
.beside { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 0.5rem; }
.beside > .field, .beside > input { flex: 1 1 14rem; margin: 0; width: auto; }
.search { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-bottom: 1rem; }
.search input { flex: 0 1 20rem; width: auto; min-width: 8rem; }
.search .hint { margin: 0; flex: 1 1 12rem; }
input.secret { font-family: ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace; }
.block { display: block; padding: 0.625rem 0.75rem; border-radius: 6px; background: var(--ground); }
.hidden { position: absolute; width: 1px; height: 1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); }
.with-script, .scripted .without-script { display: none; }
.scripted .with-script { display: inline-block; }
#show-roles { margin: -0.5rem 0 1rem; }

.notice {
  max-width: 44rem;
  margin: 0 0 1rem;
  padding: 0.75rem 1rem;
  border: 1px solid var(--good);
  border-left-width: 5px;
  border-radius: 6px;
  background: var(--good-ground);
}
.notice.bad { border-color: var(--bad); background: var(--bad-ground); }
.notice > :last-child { margin-bottom: 0; }
.notice h2 { margin-bottom: 0.25rem; }
.status { font-weight: 600; white-space: nowrap; }
.status::before { content: ''; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.375rem; }
.status::before { border: 2px solid currentcolor; border-radius: 50%; }
.status.on { color: var(--good); }
.status.on::before { background: currentcolor; }
.status.off { color: var(--bad); }
.status.open { color: var(--quiet); font-weight: 400; }
.checks { margin: 0.5rem 0 0; }
.checks > div { padding: 0.375rem 0; border-top: 1px solid var(--line); }
.checks dt { font-weight: 600; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; }
.checks dd { margin: 0; }

table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 0.8125rem; color: var(--quiet); white-space: nowrap; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td { min-width: 5.5rem; }
td:first-child { min-width: 0; }
td:nth-child(5) { min-width: 7.5rem; }
td code { white-space: nowrap; }
td .actions { gap: 0.25rem; flex-wrap: nowrap; }
td button, td .button { white-space: nowrap; padding: 0.0625rem 0.5rem; font-size: 0.875rem; }
@media (max-width: 75rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border: 1px solid var(--line); border-radius: 8px; padding: 0.5rem 0.875rem; margin-bottom: 0.75rem; }
  td { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.75rem; border: 0; padding: 0.25rem 0; }
  td::before { content: attr(data-label) / ''; color: var(--quiet); font-size: 0.875rem; }
  td:has(> .none) { display: none; }
  td:has(> .actions) { display: block; padding-top: 0.5rem; }
  td:has(> .actions)::before { content: none; }
}
.events { list-style: none; padding: 0; max-width: 44rem; }
.events li { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem 1rem; }
.events li + li { margin-top: 0.5rem; }
.events p { margin: 0; }
.events p:first-child { color: var(--quiet); font-size: 0.875rem; }
@media (max-width: 30rem) {
  header, main { padding-left: 1rem; padding-right: 1rem; }
  .actor { margin-left: 0; }
  .panel, .groups, .columns > section { padding: 1rem 0.875rem; }
  tr { padding: 0.5rem 0.625rem; }
  td { grid-template-columns: 5.75rem minmax(0, 1fr); gap: 0.5rem; }
}
`
