import { RestApiKeyError } from './errors.js'
import type { ValidKeyRecord } from './key-record.js'
import type { LazySignal } from './lazy-signal.js'

/** What is asked of the store at once; over when the last of its reads is: answered, or given up. */
export interface Query {
  readonly signal: LazySignal
  /** On the clock of `performance.now()`: what it answers is as old as that. */
  readonly sentAtMs: number
  readonly size: number
  waiting: number
  isAnswered: boolean
}

/** A look-up that somebody waits for, until it is answered or its time is over: what comes later changes nothing. */
export class PendingRead {
  readonly digest: string
  /** Rejects with a `RestApiKeyError` only. */
  readonly answer: Promise<ValidKeyRecord | null>
  /** `undefined` until it is sent. */
  query: Query | undefined
  hasEnded = false
  readonly #timer: NodeJS.Timeout
  readonly #onEnd: (read: PendingRead) => void
  #settle: { resolve(record: ValidKeyRecord | null): void; reject(error: RestApiKeyError): void } | undefined

  /** `onEnd` is called when nobody waits any longer. */
  constructor(digest: string, timeoutMs: number, onEnd: (read: PendingRead) => void) {
    this.digest = digest
    this.#onEnd = onEnd
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#timer = setTimeout(() => {
      this.reject(new RestApiKeyError('store_timeout', `The key store did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
  }

  resolve(record: ValidKeyRecord | null): void {
    this.#end()?.resolve(record)
  }

  reject(error: RestApiKeyError): void {
    this.#end()?.reject(error)
  }

  #end() {
    if (this.hasEnded) return undefined
    this.hasEnded = true
    clearTimeout(this.#timer)
    this.#onEnd(this)
    return this.#settle
  }
}
