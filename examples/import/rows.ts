import { createInterface } from 'node:readline'

/** Rows for `importKeys` from JSON lines; what is no JSON is refused like every row that is no object. */
export async function* rowsOf(input: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input })) {
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
