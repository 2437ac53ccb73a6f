import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { blocksIn } from './blocks.js'
import { inShell, outputOf } from './shell.js'

/** What one command of the guide prints, beside what the guide says. */
export interface Outcome {
  readonly step: string
  readonly command: string
  /** `undefined` if the guide shows nothing. */
  readonly shown: string | undefined
  readonly printed: string
  readonly durationMs: number
}

export interface WalkOptions {
  /** Where the files are written and the commands are run. */
  readonly folder: string
  /** Taken for 3000, which may be in use. */
  readonly port: number
  /** Commands that are replaced by others here, and those that are not run, if by nothing. */
  readonly instead?: readonly (readonly [string, string])[]
}

/**
 * Does what a guide says, block by block: writes the files, runs the commands, and takes a server for started when it
 * prints its first line. A line `KEY=…` of a server is set for the commands that follow, as the reader would.
 */
export async function walk(
  markdown: string,
  { folder, port, instead = [] }: WalkOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const environment: Record<string, string> = {}
  let server: ReturnType<typeof inShell> | undefined

  async function stopServer(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return
    const ended = once(server, 'exit')
    process.kill(-(server.pid as number))
    await ended
  }

  async function start(command: string): Promise<string> {
    await stopServer()
    server = inShell(command, folder, environment)
    for await (const line of createInterface({ input: server.stdout })) {
      const [, key] = /^KEY=(.+)$/.exec(line) ?? []
      if (key === undefined) return line
      environment.KEY = key
      return line.replace(key, `${key.slice(0, 4)}…`)
    }
    throw new Error(`${command} ended:\n${await outputOf(server)}`)
  }

  const here = (text: string) => instead.reduce((all, [from, to]) => all.replaceAll(from, to), text)
  try {
    for (const { step, info, code, shown } of blocksIn(markdown)) {
      const [language, word] = info.split(' ')
      if (language === 'ts' && word !== undefined) {
        writeFileSync(join(folder, word), `${code.replaceAll('3000', `${port}`)}\n`)
      }
      if (language !== 'sh') continue
      const command = here(code).replaceAll('3000', `${port}`)
      const begin = performance.now()
      const output = word === 'server' ? start(command) : outputOf(inShell(command, folder, environment))
      const printed = (await output).trimEnd().replaceAll(`${port}`, '3000')
      outcomes.push({ step, command: code, shown, printed, durationMs: performance.now() - begin })
    }
    return outcomes
  } finally {
    await stopServer()
  }
}
