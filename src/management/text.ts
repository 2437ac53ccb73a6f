import { invalidInput } from './faults.js'
import { limits } from './limits.js'

/** What keeps a value from being stored as a text unchanged in every database, or `undefined`. */
export function textFault(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return 'must be a text'
  if (value.length > maxLength) return `must not be longer than ${maxLength} characters`
  // PostgreSQL cannot store the first, and UTF-8 cannot express the second.
  if (value.includes('\0')) return 'must not contain the character NUL'
  if (!value.isWellFormed()) return 'must be well-formed Unicode'
  return undefined
}

/** An id or another short text of a call. */
export function textOf(field: string, value: unknown): string {
  const fault = value === '' ? 'must not be empty' : textFault(value, limits.search)
  if (fault !== undefined) throw invalidInput([{ field, message: `"${field}" ${fault}` }])
  return value as string
}
