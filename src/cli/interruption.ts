import { constants } from 'node:os'

/** Listens for the signals that ask a program to end. */
export interface Interruption {
  readonly signal: AbortSignal
  /** As a shell reports a program that the signal has ended. */
  exitCode(): number
  /** Hands the signals back to Node, which ends at once. */
  stop(): void
}

/** The first signal aborts; the second one ends the process at once, as ever. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  const abort = (signal: NodeJS.Signals) => {
    stop()
    controller.abort(signal)
  }
  const stop = () => {
    for (const signal of signals) process.off(signal, abort)
  }
  for (const signal of signals) process.on(signal, abort)
  return {
    signal: controller.signal,
    exitCode: () => 128 + constants.signals[controller.signal.reason as NodeJS.Signals],
    stop,
  }
}
