import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

/** What a process can be asked to do. `close` ends all that it has open. */
export interface Callable {
  close(): Promise<void>
}

/** Another process, and its functions as if they were here. */
export interface OtherProcess<Api extends Callable> {
  /** Rejects if the function does, or if the process ends before it has answered. */
  call<Name extends keyof Api>(name: Name, ...args: ArgumentsOf<Api[Name]>): Promise<ResultOf<Api[Name]>>
  /** Calls `close`, and then expects that the process ends by itself because nothing is left to keep it. */
  close(): Promise<void>
  /** Ends it at once, if it has not ended. */
  kill(): void
}

type ArgumentsOf<F> = F extends (...args: infer Args) => unknown ? Args : never
type ResultOf<F> = F extends (...args: never) => infer Result ? Awaited<Result> : never

interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly failure?: string
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

const root = new URL('../../', import.meta.url).pathname
const endMs = 10_000

/** Starts a program of this repository that calls {@link answerCalls}. */
export function startProcess<Api extends Callable>(
  program: URL,
  nodeOptions: readonly string[] = [],
): OtherProcess<Api> {
  const child = fork(program, {
    cwd: root,
    execArgv: ['--import', 'tsx', ...nodeOptions],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, Waiting>()
  let calls = 0
  child.on('message', ({ id, value, failure }: Answer) => {
    const { resolve, reject } = waiting.get(id) as Waiting
    waiting.delete(id)
    if (failure === undefined) resolve(value)
    else reject(new Error(failure))
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    for (const { reject } of waiting.values())
      reject(new Error(`The process has ended with ${code ?? signal}`))
    waiting.clear()
    return (code ?? signal) as number | string
  })

  async function call(name: PropertyKey, ...args: readonly unknown[]): Promise<unknown> {
    if (!child.connected) throw new Error('The process has ended')
    const id = calls++
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      child.send({ id, name: String(name), args } satisfies Call)
    })
  }

  return {
    call: call as OtherProcess<Api>['call'],
    async close() {
      await call('close')
      const gaveUp = new AbortController()
      const outcome = await Promise.race([ended, pause(endMs, 'late' as const, gaveUp)])
      gaveUp.abort()
      if (outcome === 'late')
        throw new Error(`The process did not end within ${endMs} ms of closing everything`)
      if (outcome !== 0) throw new Error(`The process has ended with ${outcome}`)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Answers the calls of the process that has started this one, and ends if that one does. */
export function answerCalls<Api extends Callable>(api: Api): void {
  const orphaned = () => process.exit(1)
  process.on('disconnect', orphaned)
  process.on('message', async ({ id, name, args }: Call) => {
    let answer: Answer
    try {
      const call = api[name as keyof Api] as (...args: readonly unknown[]) => unknown
      answer = { id, value: await call(...args) }
    } catch (error) {
      answer = { id, failure: error instanceof Error ? `${error.stack}` : String(error) }
    }
    process.send?.(answer, () => {
      if (name !== 'close') return
      process.off('disconnect', orphaned)
      process.disconnect()
    })
  })
}
