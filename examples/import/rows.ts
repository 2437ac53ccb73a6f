import { csvRows } from './csv.js'

type Chunks = Iterable<string> | AsyncIterable<string>

// What cannot be converted is handed on as it is: the import refuses the row and says why.

/** Rows for `importKeys` from CSV with the columns of `keys.csv`. */
export async function* rowsOfCsv(chunks: Chunks): AsyncGenerator<unknown> {
  for await (const { activated, allowedIps, expiresAt, ...texts } of csvRows(chunks)) {
    yield {
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
      ...(activated && { activated: activated === 'yes' || (activated === 'no' ? false : activated) }),
      ...(allowedIps && { allowedIps: allowedIps.split(' ') }),
      ...(expiresAt && { expiresAt: new Date(expiresAt) }),
    }
  }
}

/** Rows for `importKeys` from JSON lines: the members of `ImportInput`, with a text for the moment. */
export async function* rowsOfJsonLines(chunks: Chunks): AsyncGenerator<unknown> {
  for await (const line of linesIn(chunks)) {
    const row = parsed(line)
    const { expiresAt } = Object(row) as { expiresAt?: string }
    yield expiresAt ? { ...Object(row), expiresAt: new Date(expiresAt) } : row
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

async function* linesIn(chunks: Chunks): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() as string
    yield* lines
  }
  if (rest !== '') yield rest
}
