import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { buildSite, site } from './build-site.js'
import { type Documentation, type Finding, manifestOf, type Outcome } from './documentation.js'

/**
 * The site builds without a warning, each link between its pages leads to a file and to what has that id, and each
 * entry of the package has its page.
 */
export async function checkSite(
  documentation: Documentation,
  out = site,
  entryPoints?: string[],
): Promise<Outcome> {
  const warnings = await buildSite(documentation, out, entryPoints)
  const findings = warnings.map((message): Finding => ({ file: out, line: 1, message }))
  const pages = new Map(
    readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.html'))
      .map((file) => [file, readFileSync(posix.join(out, file), 'utf8')]),
  )
  const ids = new Map([...pages].map(([file, html]) => [file, new Set(attributes(html, 'id'))]))
  let checked = 0
  for (const [file, html] of pages) {
    for (const target of [...attributes(html, 'href'), ...attributes(html, 'src')]) {
      if (/^[a-z]+:/.test(target)) continue
      checked++
      const [path = '', anchor = ''] = decodeURI(target).split('#')
      const found = path === '' ? file : posix.join(posix.dirname(file), path)
      const isThere =
        existsSync(posix.join(out, found)) &&
        (anchor === '' || !ids.has(found) || ids.get(found)?.has(anchor))
      if (!isThere)
        findings.push({ file: posix.join(out, file), line: 1, message: `${target} leads nowhere` })
    }
  }
  for (const entry of Object.keys(manifestOf(documentation).exports)) {
    if (entry === './package.json') continue
    checked++
    const page = `modules/${posix.join('rest-api-key', entry).replaceAll('/', '_')}.html`
    if (!pages.has(page))
      findings.push({ file: out, line: 1, message: `${entry} has no page ${page}: see its @module` })
  }
  return { checked: checked + 1, findings }
}

function attributes(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<[^>]* ${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&'),
  )
}
