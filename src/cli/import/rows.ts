import { usageError } from '../cli-error.js'
import { momentOf } from '../moment.js'
import { csvRows } from './csv.js'

type Chunks = Iterable<string> | AsyncIterable<string>

// What cannot be converted is handed on as it is: the import refuses the row and says why.

const flags: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

/** Rows for `importKeys` from CSV. An empty cell is a field that is not there. */
export async function* rowsOfCsv(chunks: Chunks): AsyncGenerator<unknown> {
  for await (const { activated, allowedIps, expiresAt, metadata, ...texts } of csvRows(chunks)) {
    yield {
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
      ...(activated && { activated: flags.get(activated) ?? activated }),
      ...(allowedIps && { allowedIps: allowedIps.split(/ *, *| +/) }),
      ...(expiresAt && { expiresAt: momentOf(expiresAt) }),
      ...(metadata && { metadata: parsed(metadata) ?? metadata }),
    }
  }
}

/** Rows for `importKeys` from JSON lines: the members of `ImportInput`, with a text for the moment. */
export async function* rowsOfJsonLines(chunks: Chunks): AsyncGenerator<unknown> {
  for await (const line of linesIn(chunks)) {
    const row = parsed(line)
    const { expiresAt } = Object(row) as { readonly expiresAt?: unknown }
    yield typeof expiresAt === 'string' ? { ...Object(row), expiresAt: momentOf(expiresAt) } : row
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** More than the longest key has. */
const maxLineLength = 1_000_000

async function* linesIn(chunks: Chunks): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() as string
    for (const line of lines) if (line.trim() !== '') yield line
    if (rest.length > maxLineLength) throw usageError('A line of the file is too long')
  }
  if (rest.trim() !== '') yield rest
}
