import { getEventListeners } from 'node:events'

/** The signals of every controller that this process makes from now on, as long as they live. */
export interface AbortSignals {
  /** How many listeners they have altogether. Collect garbage first. */
  listeners(): number
}

export function watchAbortSignals(): AbortSignals {
  let signals: WeakRef<AbortSignal>[] = []
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super()
      signals.push(new WeakRef(this.signal))
    }
  }
  return {
    listeners() {
      signals = signals.filter((signal) => signal.deref() !== undefined)
      const alive = signals.flatMap((signal) => signal.deref() ?? [])
      return alive.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
    },
  }
}
