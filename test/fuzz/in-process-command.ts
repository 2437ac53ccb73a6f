import { Readable } from 'node:stream'
import { run } from '../../src/cli/run.js'

export interface CommandEnd {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in this process, one at a time, with this on its standard input. */
export async function runCommand(args: readonly string[], input: string): Promise<CommandEnd> {
  const written = { stdout: '', stderr: '' }
  const { stdout, stderr, exitCode, env } = process
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor
  const writers = { stdout: stdout.write, stderr: stderr.write }
  const collect = (name: keyof typeof written) =>
    ((text: string) => {
      written[name] += text
      return true
    }) as typeof stdout.write
  stdout.write = collect('stdout')
  stderr.write = collect('stderr')
  process.exitCode = 0
  process.env = { PATH: env.PATH }
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(input)]) })
  try {
    await run(args)
    return { code: Number(process.exitCode), ...written }
  } finally {
    Object.assign(stdout, { write: writers.stdout })
    Object.assign(stderr, { write: writers.stderr })
    Object.defineProperty(process, 'stdin', stdin)
    process.env = env
    process.exitCode = exitCode
  }
}
