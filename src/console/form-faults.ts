import { type Fault, isRestApiKeyError } from '../errors.js'
import { invalidInput } from '../management/faults.js'

/** What is wrong with what was typed; any other error goes on. */
export function faultsOf(error: unknown): readonly Fault[] {
  if (isRestApiKeyError(error) && error.code === 'invalid_input') return error.faults
  throw error
}

/** Whether somebody else has saved meanwhile. */
export function isConflict(error: unknown): boolean {
  return isRestApiKeyError(error) && error.code === 'version_conflict'
}

/** The version that a form was made of. Without one, nothing is written: it would overwrite whatever has changed. */
export function versionIn(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw invalidInput([{ field: 'version', message: 'The form names no version; open it again' }])
}
