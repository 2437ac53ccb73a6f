import { monotonicMs } from './monotonic-ms.js'
import { type Callable, type OtherProcess, startProcess } from './other-process.js'

export interface Clocked extends Callable {
  /** {@link monotonicMs} of that process. */
  now(): number
}

export interface ProcessesOptions {
  readonly program: URL
  readonly count: number
  readonly nodeOptions?: readonly string[]
  /** All are killed after so many milliseconds, and the promise rejects. */
  readonly limitMs: number
}

/** Starts processes with one clock, acts, and closes them; whatever happens, none is left. */
export async function withProcesses<Api extends Clocked, Result>(
  { program, count, nodeOptions, limitMs }: ProcessesOptions,
  act: (processes: readonly OtherProcess<Api>[]) => Promise<Result>,
): Promise<Result> {
  const processes = Array.from({ length: count }, () => startProcess<Api>(program, nodeOptions))
  const killAll = () => {
    for (const one of processes) one.kill()
  }
  let isOver = false
  const limit = setTimeout(() => {
    isOver = true
    killAll()
  }, limitMs)
  try {
    await Promise.all(processes.map((one) => assertSameClock(one as OtherProcess<Clocked>)))
    const result = await act(processes)
    await Promise.all(processes.map((one) => one.close()))
    return result
  } catch (error) {
    if (isOver) throw new Error(`It took longer than ${limitMs} ms`, { cause: error })
    throw error
  } finally {
    clearTimeout(limit)
    killAll()
  }
}

/** The moments of one process mean nothing to another unless both read the same clock. */
async function assertSameClock(other: OtherProcess<Clocked>): Promise<void> {
  const before = monotonicMs()
  const there = await other.call('now')
  if (there < before || there > monotonicMs())
    throw new Error('The processes have different monotonic clocks')
}
