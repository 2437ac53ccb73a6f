import { markdownTable } from '../support/markdown-table.js'
import type { Result } from './matrix.js'
import { type Aspect, aspects } from './verdict/judge.js'

const explanations: Readonly<Record<Aspect, string>> = {
  'cached key':
    'How long a key that was read just before went on being used without the store: without a feed / with one.',
  'cold key': 'How a key that is in no cache is answered, and when it is allowed again after the fault.',
  'revoked key':
    'When a key that another instance revokes is refused: without a feed / with one. And what becomes of the ' +
    "application's own attempt to revoke another one.",
  feed: 'When it notices, when it is connected again after the fault, and how long a revocation takes to act then.',
}

/** A table in Markdown for each aspect: a row for each fault, a column for each backend. */
export function tables(results: readonly Result[]): string {
  const backends = [...new Set(results.map(({ backend }) => backend))]
  const faults = [...new Set(results.map(({ fault }) => fault))]
  const cellOf = (aspect: Aspect, row: (typeof faults)[number], column: (typeof backends)[number]) => {
    const cell = results.find(({ backend, fault }) => backend === column && fault === row)?.cells[aspect]
    return cell === undefined ? 'not run' : `${cell.broken.length === 0 ? '✓' : '✗'} ${cell.text}`
  }
  return aspects
    .map((aspect) => {
      const title = `### ${aspect[0]?.toUpperCase()}${aspect.slice(1)}`
      const table = markdownTable([
        ['fault', ...backends.map(({ name }) => name)],
        ...faults.map((fault) => [fault.title, ...backends.map((backend) => cellOf(aspect, fault, backend))]),
      ])
      return [title, explanations[aspect], table].join('\n\n')
    })
    .join('\n\n')
}
