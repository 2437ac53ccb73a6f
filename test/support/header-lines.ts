import type { HeaderLines } from 'rest-api-key'

/** Header lines as an adapter hands them over: one text is one line, a list is one line each. */
export function linesOf(headers: Readonly<Record<string, string | readonly string[]>>): HeaderLines {
  return (name) => {
    const lines = headers[name] ?? []
    return typeof lines === 'string' ? [lines] : lines
  }
}
