import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const root = new URL('../../', import.meta.url).pathname

export interface Ended {
  readonly code: number | null
  readonly output: string
}

export interface RunningServer {
  readonly url: string
  /** What it has printed so far. */
  readonly output: string
  stop(signal: NodeJS.Signals): Promise<Ended>
}

/** Runs a script of this repository in a process of its own until it ends. */
export async function runScript(script: string, ...args: readonly string[]): Promise<Ended> {
  return start([script, ...args]).ended
}

/** Runs one that serves on a free port, until it says where. */
export async function startServer(script: string, ...args: readonly string[]): Promise<RunningServer> {
  const { child, ended, printed } = start([script, ...args])
  const failed = ended.then(({ code, output }) => {
    throw new Error(`${script} ended with ${code}: ${output}`)
  })
  const url = await Promise.race([listening(child, printed), failed])
  return {
    url,
    get output() {
      return printed()
    },
    stop(signal) {
      child.kill(signal)
      return ended
    },
  }
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: root,
    env: { ...process.env, PORT: '0', NO_COLOR: '1' },
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = once(child, 'close').then(([code]): Ended => ({ code, output }))
  return { child, ended, printed: () => output }
}

async function listening(child: ChildProcess, printed: () => string): Promise<string> {
  for (;;) {
    const [, url] = /Listening on (http:\S+);/.exec(printed()) ?? []
    if (url !== undefined) return url
    await once(child.stdout as NodeJS.EventEmitter, 'data')
  }
}
