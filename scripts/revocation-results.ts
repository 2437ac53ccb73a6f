import { availableParallelism } from 'node:os'
import { writeResults as writeResultsTo } from './write-results.js'

/** Puts the results of a command in place of its last ones. */
export function writeResults(command: string, text: string): void {
  writeResultsTo('docs/revocation-results.md', command, text)
}

/** Where something was measured. */
export function machine(): string {
  return `${availableParallelism()} cores, Node ${process.versions.node}`
}
