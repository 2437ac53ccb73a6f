import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isAlive, processTree } from './process-tree.js'
import { findProgram } from './programs.js'
import type { Service } from './service.js'

const run = promisify(execFile)
const startMs = 60_000
const stopMs = 10_000

interface Server {
  process: ChildProcess
  readonly start: () => ChildProcess
  readonly isReady: () => Promise<boolean>
}

/** A temporary folder and the servers that work in it; both go when it is closed. */
export class Sandbox {
  readonly folder: string
  readonly #wrapper: readonly string[]
  readonly #environment: NodeJS.ProcessEnv
  readonly #log: string
  readonly #servers: Server[] = []
  #paused: readonly number[] = []
  readonly #aborted: AbortSignal
  readonly #stopSignal: NodeJS.Signals

  constructor({ name, user, stopSignal }: Service, aborted: AbortSignal, parent = tmpdir()) {
    this.#stopSignal = stopSignal
    this.folder = mkdtempSync(join(parent, `rest-api-key-${name}-`))
    this.#log = join(this.folder, 'server.log')
    this.#aborted = aborted
    this.#environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.folder, TMPDIR: this.folder }
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

  /** Starts a server that stays in the foreground, and waits until it answers. */
  async serve(isReady: () => Promise<boolean>, program: string, ...args: readonly string[]): Promise<void> {
    const [command, ...rest] = [...this.#wrapper, program, ...args] as [string, ...string[]]
    const start = () => {
      const log = openSync(this.#log, 'a')
      // Detached, so that Ctrl-C does not end it before the tests are through with it.
      const options = { cwd: this.folder, env: this.#environment, detached: true }
      const child = spawn(command, rest, { ...options, stdio: ['ignore', log, log] })
      closeSync(log)
      return child
    }
    this.#servers.push({ process: start(), start, isReady })
    await this.until(isReady)
  }

  /** Halts the servers, which go on listening and answer nothing. Needs Linux. */
  pause(): void {
    this.#paused = this.#processes()
    signalAll(this.#paused, 'SIGSTOP')
  }

  resume(): void {
    signalAll(this.#paused, 'SIGCONT')
    this.#paused = []
  }

  /** Stops the servers, the unwilling ones by force. Their data stay. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => stop(server, this.#stopSignal)))
  }

  /** Lets the servers die at once, with all that they have started. Their data stay. Needs Linux. */
  async crash(): Promise<void> {
    const pids = this.#processes()
    const ended = this.#servers.map(untilEnded)
    signalAll(pids, 'SIGKILL')
    await Promise.all(ended)
    while (pids.some(isAlive)) await delay(5)
  }

  /** Starts what was stopped or has crashed, on the same data and ports, and waits until it answers. */
  async restart(): Promise<void> {
    for (const server of this.#servers) server.process = server.start()
    for (const { isReady } of this.#servers) await this.until(isReady)
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

  #processes(): number[] {
    return this.#servers.flatMap((server) =>
      hasEnded(server) ? [] : processTree(server.process.pid as number),
    )
  }

  #tail(): string {
    return readFileSync(this.#log, 'utf8').split('\n').slice(-20).join('\n')
  }

  /** Stops the servers and removes the folder. */
  async close(): Promise<void> {
    this.resume()
    await this.stop()
    this.destroy()
  }

  /** The same at once, for the moment at which the process ends. */
  destroy(): void {
    signalAll(this.#paused, 'SIGKILL')
    for (const server of this.#servers) if (!hasEnded(server)) server.process.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended by itself.
    }
  }
}

function hasEnded({ process: { exitCode, signalCode } }: Server): boolean {
  return exitCode !== null || signalCode !== null
}

async function untilEnded(server: Server): Promise<void> {
  if (!hasEnded(server)) await once(server.process, 'exit')
}

async function stop(server: Server, signal: NodeJS.Signals): Promise<void> {
  const killer = setTimeout(() => server.process.kill('SIGKILL'), stopMs)
  server.process.kill(signal)
  await untilEnded(server)
  clearTimeout(killer)
}
