import { CommanderError } from 'commander'
import { failureOf } from './failure.js'
import { printable } from './output/printable.js'
import { createProgram } from './program.js'

/** Runs the command; it never rejects, and says in one line what went wrong. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    // Help and version are written by then.
    if (error instanceof CommanderError && error.exitCode === 0) return
    fail(error)
  }
}

/** Says on one line what went wrong. */
export function fail(error: unknown): void {
  const { exitCode, message } = failureOf(error)
  process.exitCode = exitCode
  process.stderr.write(`rest-api-key: ${printable(message)}\n`)
}
