import { RestApiKeyError } from './errors.js'
import type { ValidKeyRecord } from './key-record.js'

/** A look-up that somebody waits for, until it is answered or its time is over: what comes later changes nothing. */
export class PendingRead {
  readonly digest: string
  /** Rejects with a `RestApiKeyError` only. */
  readonly answer: Promise<ValidKeyRecord | null>
  /** When its query was sent, on the clock of `performance.now()`: what it answers is as old as that. */
  sentAtMs: number | undefined
  hasEnded = false
  readonly #timer: NodeJS.Timeout
  readonly #onEnd: (() => void)[] = []
  #settle: { resolve(record: ValidKeyRecord | null): void; reject(error: RestApiKeyError): void } | undefined

  constructor(digest: string, timeoutMs: number) {
    this.digest = digest
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#timer = setTimeout(() => {
      this.reject(new RestApiKeyError('store_timeout', `The key store did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
  }

  /** Adds what happens when nobody waits any longer. */
  onEnd(callback: () => void): void {
    this.#onEnd.push(callback)
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
    for (const callback of this.#onEnd) callback()
    return this.#settle
  }
}
