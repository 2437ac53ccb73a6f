import type { ReferenceIds } from '../reference-ids.js'

/**
 * By which a person knows a key again: the prefix of a generated Reference ID and its last four characters. Of a short
 * foreign one less is shown, because what is shown need not be guessed any more.
 */
export function hintOf(referenceId: string, { prefix, check }: ReferenceIds): string {
  const shown = Math.min(4, Math.floor(referenceId.length / 8))
  const start = check(referenceId) === 'generated' ? prefix : ''
  return `${start}…${shown === 0 ? '' : referenceId.slice(-shown)}`
}
