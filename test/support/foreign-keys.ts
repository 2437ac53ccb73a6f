import { createHash } from 'node:crypto'

/** The id of a number: 32 upper-case hexadecimal digits, as the keys of other products have. */
export function foreignId(index: number): string {
  return createHash('sha256').update(`${index}`).digest('hex').slice(0, 32).toUpperCase()
}

/** Rows number 1 to `count` as CSV, in chunks that end anywhere; `cells` replaces those of a row. */
export function* foreignCsv(count: number, cells: (row: number) => string | undefined = () => undefined) {
  yield* chunksOf(
    'referenceId,description,activated,onBehalfOf,inRole,allowedIps,expiresAt\n',
    count,
    (row) =>
      cells(row) ?? `${foreignId(row)},"Machine ${row}, ""west""",yes,jdoe,Operator,192.0.2.7 2001:db8::/32,`,
  )
}

/** The same as JSON lines. */
export function* foreignJsonLines(
  count: number,
  cells: (row: number) => string | undefined = () => undefined,
) {
  const facts = { activated: true, onBehalfOf: 'jdoe', inRole: 'Operator', allowedIps: ['192.0.2.7'] }
  yield* chunksOf(
    '',
    count,
    (row) =>
      cells(row) ?? JSON.stringify({ referenceId: foreignId(row), description: `Machine ${row}`, ...facts }),
  )
}

const chunkSize = 65_536

function* chunksOf(head: string, count: number, line: (row: number) => string): Generator<string> {
  let text = head
  for (let row = 1; row <= count; row++) {
    text += `${line(row)}\n`
    if (text.length >= chunkSize) {
      yield text.slice(0, chunkSize)
      text = text.slice(chunkSize)
    }
  }
  yield text
}
