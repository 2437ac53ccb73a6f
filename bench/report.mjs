import os from 'node:os'

/** The report in Markdown: rows by section, each with its target and verdict. */
export function report(sections, { command, versions, minutes }) {
  const cpus = os.cpus()
  return `${[
    '# Results',
    `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${minutes.toFixed(1)} minutes. Node.js ${process.version}, ${cpus[0]?.model.trim() ?? process.arch}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()}; load of the machine at the end ${os.loadavg()[0].toFixed(1)}.`,
    `Versions: ${versions}.`,
    'A ratio is the median of paired rounds, with its quartiles for the spread; a _control_ is the baseline against itself. Over HTTP, what is in brackets is the interval in which the median lies with a probability of 95 %.',
    ...sections.map(({ title, rows }) => `## ${title}\n\n${tableOf(rows)}`),
  ].join('\n\n')}\n`
}

function tableOf(rows) {
  const cells = rows.map((row) => [
    row.what,
    figureOf(row),
    row.absolute ?? '',
    targetOf(row),
    verdictOf(row),
  ])
  const head = ['what', 'figure', 'absolute', 'target', 'verdict']
  return [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function figureOf({ figure, unit, spread }) {
  const text = (value) =>
    unit === '×'
      ? value.toFixed(2)
      : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })
  return `${text(figure)} ${unit}${spread ? ` (${spread.map(text).join('–')})` : ''}`
}

function targetOf({ atMost, atLeast, unit }) {
  if (atMost !== undefined) return `≤ ${atMost} ${unit}`
  return atLeast === undefined ? '' : `≥ ${atLeast} ${unit}`
}

/** By the figure as it is shown, unless the case has judged by its noise. */
function verdictOf({ figure, unit, atMost, atLeast, verdict }) {
  if (verdict !== undefined) return verdict
  const shown = Number(figure.toFixed(unit === '×' || figure < 10 ? 2 : 0))
  if (atMost !== undefined) return shown <= atMost ? 'met' : '**missed**'
  if (atLeast !== undefined) return shown >= atLeast ? 'met' : '**missed**'
  return ''
}
