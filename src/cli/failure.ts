import { CommanderError } from 'commander'
import { isRestApiKeyError, type RestApiKeyErrorCode } from '../errors.js'
import { because, CliError } from './cli-error.js'
import { exitCodes } from './exit-codes.js'

export interface Failure {
  readonly exitCode: number
  /** One line, without a secret. */
  readonly message: string
}

const codesOf: Partial<Record<RestApiKeyErrorCode, number>> = {
  not_found: exitCodes.refused,
  version_conflict: exitCodes.refused,
  group_not_empty: exitCodes.refused,
  reference_id_taken: exitCodes.refused,
  invalid_input: exitCodes.usage,
  invalid_option: exitCodes.usage,
  invalid_ip_rule: exitCodes.usage,
  // Nobody is refused here: the tenant, the user or the role are no texts that can be stored.
  not_authorized: exitCodes.usage,
}

/** What is told of an error. Of one that nobody foresaw it is the class alone, because its message may hold anything. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message }
  if (error instanceof CommanderError) {
    return { exitCode: exitCodes.usage, message: withoutValue(error.message).replace(/^error: /, '') }
  }
  if (isRestApiKeyError(error)) {
    return { exitCode: codesOf[error.code] ?? exitCodes.unavailable, message: error.message }
  }
  return { exitCode: exitCodes.internal, message: because('The command failed unexpectedly', error) }
}

/**
 * Of an unknown option the name alone, and of an unknown command nothing unless it is a word: what was written behind the
 * one, or in place of the other, may be a secret.
 */
function withoutValue(message: string): string {
  return message
    .replace(/^(error: unknown command) '(?![A-Za-z-]{1,20}'(?:\s|$)).*'/s, '$1')
    .replace(/^(error: unknown option '[^'=]*)=.*'/s, "$1'")
    .replace(/^(error: unknown option '-[A-Za-z]).*'/s, "$1'")
    .replaceAll(/\s+/g, ' ')
    .trim()
}
