import { parseArgs } from 'node:util'

/** What a case is given as `--name=value`, numbers as numbers. */
export function settings(defaults) {
  const { values } = parseArgs({ strict: false })
  const given = Object.entries(values).map(([name, value]) => [
    name,
    /^[\d.]+$/.test(value) ? Number(value) : value,
  ])
  return { ...defaults, ...Object.fromEntries(given) }
}

/** What a case ends with: rows of the report, as JSON for the process that started it. */
export function print(rows) {
  console.log(JSON.stringify(rows))
}

/** A ratio to the baseline: the median of the rounds, with the quartiles for its spread. */
export function ratioRow(what, { nanoseconds, ratio }, target = {}) {
  return {
    what,
    figure: ratio.median,
    unit: '×',
    spread: [ratio.low, ratio.high],
    absolute: `${(nanoseconds / 1_000).toFixed(2)} µs`,
    ...target,
  }
}

/** The baseline against itself: what differs is noise. */
export function controlRow(what, measured) {
  return { ...ratioRow(`control: ${what}`, measured), isControl: true }
}
