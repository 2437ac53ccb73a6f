import { createInterface } from 'node:readline'
import { usageError } from '../cli-error.js'
import { printable } from '../output/printable.js'

/**
 * Whether somebody at a terminal wants it. Where there is none nobody can be asked, and the call must say so itself.
 *
 * @throws {CliError} without `--yes` in a pipe.
 */
export async function confirmed(question: string, { yes }: { readonly yes?: true }): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError('Nobody can be asked here whether it shall be deleted: give --yes')
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-C and Ctrl-D close it and leave the question without an answer.
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''))
    terminal.question(`${printable(question)} [y/N] `, resolve)
  })
  terminal.close()
  return /^y(?:es)?$/i.test(answer.trim())
}
