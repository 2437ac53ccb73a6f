import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findProgram } from './programs.js'
import type { Service } from './service.js'

const run = promisify(execFile)
const startMs = 60_000
const stopMs = 10_000

/** A temporary folder and the processes that work in it; both go when it is closed. */
export class Sandbox {
  readonly folder: string
  readonly #wrapper: readonly string[]
  readonly #environment: NodeJS.ProcessEnv
  readonly #log: string
  readonly #servers: ChildProcess[] = []
  readonly #aborted: AbortSignal
  readonly #stopSignal: NodeJS.Signals

  constructor({ name, user, stopSignal }: Service, aborted: AbortSignal) {
    this.#stopSignal = stopSignal
    this.folder = mkdtempSync(join(tmpdir(), `rest-api-key-${name}-`))
    this.#log = join(this.folder, 'server.log')
    this.#aborted = aborted
    this.#environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.folder }
    const isRoot = process.getuid?.() === 0
    const setpriv = findProgram('setpriv')
    this.#wrapper =
      setpriv === undefined
        ? []
        : [
            setpriv,
            ...(isRoot && user !== undefined ? ['--reuid', user, '--regid', user, '--init-groups'] : []),
            // Ends the server with this process even if it is killed and cannot clean up.
            '--pdeathsig',
            'KILL',
          ]
    if (isRoot && user !== undefined) execFileSync('chown', [`${user}:`, this.folder])
  }

  /** Runs a program to its end and resolves to its output. */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const [command, ...rest] = [...this.#wrapper, program, ...args] as [string, ...string[]]
    const options = { cwd: this.folder, env: this.#environment, signal: this.#aborted }
    return (await run(command, rest, options)).stdout
  }

  /** Starts a server that stays in the foreground. */
  serve(program: string, ...args: readonly string[]): void {
    const [command, ...rest] = [...this.#wrapper, program, ...args] as [string, ...string[]]
    const log = openSync(this.#log, 'a')
    // Detached, so that Ctrl-C does not end it before the tests are through with it.
    const options = { cwd: this.folder, env: this.#environment, detached: true }
    this.#servers.push(spawn(command, rest, { ...options, stdio: ['ignore', log, log] }))
    closeSync(log)
  }

  /** Asks until the answer is `true` or the time is over. */
  async until(isReady: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + startMs
    while (!(await isReady().catch(() => false))) {
      this.#aborted.throwIfAborted()
      if (this.#servers.some(hasEnded)) throw new Error(`The server ended\n${this.#tail()}`)
      if (Date.now() > deadline) throw new Error(`No answer within ${startMs} ms\n${this.#tail()}`)
      await delay(25)
    }
  }

  #tail(): string {
    return readFileSync(this.#log, 'utf8').split('\n').slice(-20).join('\n')
  }

  /** Stops the servers, the unwilling ones by force, and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => stop(server, this.#stopSignal)))
    this.destroy()
  }

  /** The same at once, for the moment at which the process ends. */
  destroy(): void {
    for (const server of this.#servers) if (!hasEnded(server)) server.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function stop(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(server)) return
  const ended = once(server, 'exit')
  const killer = setTimeout(() => server.kill('SIGKILL'), stopMs)
  server.kill(signal)
  await ended
  clearTimeout(killer)
}
