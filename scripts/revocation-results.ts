import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const end = '<!-- end -->'

/** Puts the results of a command in place of its last ones, between its mark in the document and the next end. */
export function writeResults(command: string, text: string, document = 'docs/revocation-results.md'): void {
  const mark = `<!-- written by ${command} -->`
  const before = readFileSync(document, 'utf8')
  const from = before.indexOf(mark) + mark.length
  const to = before.indexOf(end, from)
  if (from < mark.length || to === -1) throw new Error(`${document} must hold ${mark} and ${end}`)
  writeFileSync(document, `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`)
}

/** Where something was measured. */
export function machine(): string {
  return `${availableParallelism()} cores, Node ${process.versions.node}`
}
