import { foreignError } from '../store-error.js'
import { exitCodes } from './exit-codes.js'

/** Ends the command with a line on the standard error and an exit code. The message holds no secret. */
export class CliError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

export function usageError(message: string): CliError {
  return new CliError(exitCodes.usage, message)
}

/** The message with the class and the code of the error behind it, such as `(Error, ENOENT)`, and nothing else of it. */
export function because(message: string, error: unknown): string {
  return foreignError('store_failed', message, error).message
}
