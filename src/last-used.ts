import { withDeadline } from './deadline.js'
import type { RestApiKeyError } from './errors.js'
import type { KeyStore } from './key-store.js'
import { notify } from './notify.js'

/** How the moments are written at which keys were last used. */
export interface LastUsedOptions {
  /** Milliseconds over which the uses of a key are put together; at most one batch is written in each. Default 60,000. */
  readonly intervalMs?: number
  /** Keys of one batch. Uses of further keys are dropped, so that a store that is down ties up no memory. Default 10,000. */
  readonly maxPending?: number
  /** For logs: hears of a batch that could not be written, which is dropped. Its failures are ignored. */
  readonly onError?: (error: RestApiKeyError) => unknown
}

export interface LastUsedConfig extends Required<Pick<LastUsedOptions, 'intervalMs' | 'maxPending'>> {
  readonly onError: LastUsedOptions['onError']
  readonly touch: NonNullable<KeyStore['touch']>
}

/** Keys that are handed to a store at a time. */
const partLength = 1_000

/** When keys were last used, kept until the next batch: a request writes nothing, and waits for nothing. */
export class LastUsed {
  readonly #config: LastUsedConfig
  readonly #timeoutMs: number
  #pending = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(config: LastUsedConfig, timeoutMs: number) {
    this.#config = config
    this.#timeoutMs = timeoutMs
  }

  note(keyId: string): void {
    const pending = this.#pending
    if (this.#closed || (pending.size >= this.#config.maxPending && !pending.has(keyId))) return
    pending.set(keyId, Date.now())
    this.#timer ??= setTimeout(() => this.#next(), this.#config.intervalMs).unref()
  }

  /** Writes what is pending and notes nothing more. Gives a store that is down up after `storeTimeoutMs`. */
  close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#next()
    return this.#writing
  }

  /** One batch after the other: a slow store does not get more of them at once. */
  #next(): void {
    this.#writing = this.#writing.then(() => this.#write())
  }

  async #write(): Promise<void> {
    const uses = [...this.#pending].map(([id, at]) => ({ id, at: new Date(at) }))
    this.#pending = new Map()
    this.#timer = undefined
    try {
      // In parts, each of which a store can be expected to write in its time.
      for (let from = 0; from < uses.length; from += partLength) {
        const part = uses.slice(from, from + partLength)
        await withDeadline(() => this.#config.touch(part), this.#timeoutMs)
      }
    } catch (error) {
      notify(this.#config.onError, error as RestApiKeyError)
    }
  }
}
