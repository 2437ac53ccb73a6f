import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** A command as a reader types it, in a process group of its own, so that all that it starts can be ended. */
export function inShell(
  command: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn('bash', ['-c', command], {
    cwd,
    detached: true,
    env: { ...process.env, ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What a command prints until it ends; rejects unless it ends well. */
export async function outputOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
  const [output, complaints, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (status !== 0) throw new Error(`${child.spawnargs.join(' ')} failed:\n${output}${complaints}`)
  return output
}
