/** Draws what a request costs by the number of keys and of rules, as SVG that reads on light and dark pages alike. */
export function plot({ byKeys, byRules }) {
  const most = Math.max(...byKeys.map(({ own }) => own), ...byRules.map(({ own }) => own)) / 1_000
  const top = Math.ceil(most * 2) / 2
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 300" width="760" height="300" role="img" aria-label="Cost of a request by the number of cached keys and of IP rules" font-family="sans-serif" font-size="12">',
    '<rect width="760" height="300" fill="#ffffff"/>',
    panel(60, 'cached keys', top, [
      { name: 'authorize', colour: '#0b57d0', points: byKeys.map(({ count, own }) => [count, own / 1_000]) },
      {
        name: 'SHA-256 and look-up',
        colour: '#6b6b6b',
        points: byKeys.map(({ count, least }) => [count, least / 1_000]),
      },
    ]),
    panel(440, 'IP rules of the key', top, [
      { name: 'authorize', colour: '#0b57d0', points: byRules.map(({ count, own }) => [count, own / 1_000]) },
    ]),
    '</svg>\n',
  ].join('\n')
}

const width = 280
const height = 200
const bottom = 240

function panel(left, title, top, series) {
  const counts = series[0].points.map(([count]) => count)
  const [first, last] = [Math.log10(counts[0]), Math.log10(counts.at(-1))]
  const x = (count) => left + ((Math.log10(count) - first) / (last - first)) * width
  const y = (microseconds) => bottom - (microseconds / top) * height
  const round = (value) => value.toFixed(1)
  const steps = Array.from({ length: 5 }, (_, index) => (top * index) / 4)
  return [
    ...steps.map(
      (step) =>
        `<path d="M${left} ${round(y(step))}h${width}" stroke="#dddddd"/><text x="${left - 6}" y="${round(y(step) + 4)}" text-anchor="end">${step.toFixed(2)}</text>`,
    ),
    ...counts.map(
      (count) =>
        `<text x="${round(x(count))}" y="${bottom + 18}" text-anchor="middle">${count.toLocaleString('en')}</text>`,
    ),
    `<text x="${left + width / 2}" y="${bottom + 40}" text-anchor="middle">${title}</text>`,
    `<text x="${left - 40}" y="24">µs</text>`,
    ...series.map(({ name, colour, points }, index) => {
      const line = points.map(([count, value]) => `${round(x(count))},${round(y(value))}`).join(' ')
      return `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${left + 4}" y="${24 + index * 16}" fill="${colour}">${name}</text>`
    }),
  ].join('\n')
}
