import { usageError } from '../cli-error.js'

type Chunks = Iterable<string> | AsyncIterable<string>

/** More than the longest key has. */
const maxRecordLength = 1_000_000

/** The records of a CSV text (RFC 4180) as objects, named by the first line. Holds one record at a time. */
export async function* csvRows(chunks: Chunks): AsyncGenerator<Record<string, string>> {
  let names: string[] | undefined
  for await (const fields of recordsIn(chunks)) {
    if (names === undefined) names = fields
    else
      yield Object.fromEntries(fields.map((field, index) => [names?.[index] ?? `column ${index + 1}`, field]))
  }
}

/** @throws {CliError} if a quote is missing. */
async function* recordsIn(chunks: Chunks): AsyncGenerator<string[]> {
  let fields: string[] = []
  let field = ''
  let length = 0
  let isQuoted = false
  let previous = ''
  for await (const chunk of chunks) {
    for (const char of chunk) {
      if (char === '"') {
        // A quote that follows the end of a quoted part stands for itself.
        if (!isQuoted && previous === '"') field += '"'
        isQuoted = !isQuoted
      } else if (isQuoted) field += char
      else if (char === ',' || char === '\n') {
        fields.push(field)
        field = ''
        if (char === '\n') {
          if (fields.some((text) => text !== '')) yield fields
          fields = []
          length = 0
        }
      } else if (char !== '\r' && char !== '\uFEFF') field += char
      previous = char
      if (++length > maxRecordLength) throw usageError('A row of the file is too long; is a quote missing?')
    }
  }
  if (isQuoted) throw usageError('The file ends within quotes')
  if (field !== '' || fields.length > 0) yield [...fields, field]
}
