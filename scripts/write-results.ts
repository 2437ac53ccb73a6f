import { readFileSync, writeFileSync } from 'node:fs'

const end = '<!-- end -->'

/** Puts the results of a command in place of its last ones, between its mark in a document and the next end. */
export function writeResults(document: string, command: string, text: string): void {
  const mark = `<!-- written by ${command} -->`
  const before = readFileSync(document, 'utf8')
  const from = before.indexOf(mark) + mark.length
  const to = before.indexOf(end, from)
  if (from < mark.length || to === -1) throw new Error(`${document} must hold ${mark} and ${end}`)
  writeFileSync(document, `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`)
}
