import { setImmediate } from 'node:timers/promises'
import { monotonicMs } from './monotonic-ms.js'

/** How a request was answered: with 200, 401 or 503. */
type Outcome = 'allowed' | 'refused' | 'unavailable'

/** Makes one request with a Reference ID. */
export type Ask = (referenceId: string) => Promise<Outcome>

export interface HotKey {
  readonly id: string
  readonly referenceId: string
}

/** A revocation as its caller saw it, on the clock of {@link monotonicMs}. */
export interface Revocation {
  readonly keyId: string
  readonly calledAtMs: number
  readonly returnedAtMs: number
  /** How long after the return a request may still be allowed. */
  readonly boundMs: number
}

/** What one process did with a revoked key. */
export interface Judgement {
  /** Requests allowed in the second before the revoking call. */
  readonly allowedRightBefore: number
  /** Allowed requests that started after the revoking call had returned. */
  readonly allowedAfter: number
  /** Those of them that started after the bound as well. */
  readonly allowedTooLate: number
  /** From the return of the revoking call to the start of the last allowed request; 0 if that was earlier. */
  readonly delayMs: number
  /** Whether a request was refused before the revoking call. */
  readonly refusedTooEarly: boolean
  /** Whether the key was ever refused. */
  readonly refused: boolean
}

const rightBeforeMs = 1_000
const turnsPerBatch = 32
const turnsPerRefused = 4

interface WatchedKey extends HotKey {
  /** When each request that was allowed has started. */
  readonly allowedAtMs: number[]
  refusedAtMs: number | undefined
  onAllowed: (() => void) | undefined
}

/**
 * Asks for keys without a pause, in as many lanes as there are ways to ask. The event loop comes round after each
 * batch, so that messages are read. Most requests are for keys that were never refused; the others are asked for in turn,
 * to the end: none of them may come back.
 */
export class HotLoop {
  readonly #keys = new Map<string, WatchedKey>()
  /** Never refused until now. */
  readonly #live = new Rotation()
  readonly #refused = new Rotation()
  readonly #lanes: readonly Promise<void>[]
  #requests = 0
  #stopped = false
  #unavailable = 0

  constructor(asks: readonly Ask[]) {
    this.#lanes = asks.map((ask) => this.#run(ask))
  }

  get requests(): number {
    return this.#requests
  }

  /** Requests that were answered with 503. */
  get unavailable(): number {
    return this.#unavailable
  }

  watch(keys: readonly HotKey[]): void {
    for (const { id, referenceId } of keys) {
      const key = { id, referenceId, allowedAtMs: [], refusedAtMs: undefined, onAllowed: undefined }
      this.#keys.set(id, key)
      this.#live.add(key)
    }
  }

  /** Resolves when so many more requests with this key have been allowed. */
  async untilAllowed(keyId: string, requests: number): Promise<void> {
    const key = this.#keyOf(keyId)
    await new Promise<void>((resolve) => {
      const enough = key.allowedAtMs.length + requests
      key.onAllowed = () => {
        if (key.allowedAtMs.length < enough) return
        key.onAllowed = undefined
        resolve()
      }
    })
  }

  judge({ keyId, calledAtMs, returnedAtMs, boundMs }: Revocation): Judgement {
    const { allowedAtMs, refusedAtMs } = this.#keyOf(keyId)
    const last = Math.max(...allowedAtMs.slice(-this.#lanes.length))
    return {
      allowedRightBefore: allowedAtMs.filter((at) => at >= calledAtMs - rightBeforeMs && at <= calledAtMs)
        .length,
      allowedAfter: allowedAtMs.filter((at) => at > returnedAtMs).length,
      allowedTooLate: allowedAtMs.filter((at) => at > returnedAtMs + boundMs).length,
      delayMs: Math.max(0, last - returnedAtMs),
      refusedTooEarly: refusedAtMs !== undefined && refusedAtMs < calledAtMs,
      refused: refusedAtMs !== undefined,
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#lanes)
  }

  async #run(ask: Ask): Promise<void> {
    for (let turn = 1; !this.#stopped; turn++) {
      const key = this.#next()
      if (key !== undefined) await this.#ask(key, ask)
      if (key === undefined || turn % turnsPerBatch === 0) await setImmediate()
    }
  }

  #next(): WatchedKey | undefined {
    const [first, second] =
      this.#requests % turnsPerRefused === 0 ? [this.#refused, this.#live] : [this.#live, this.#refused]
    return first.next() ?? second.next()
  }

  async #ask(key: WatchedKey, ask: Ask): Promise<void> {
    this.#requests++
    const startedAtMs = monotonicMs()
    const outcome = await ask(key.referenceId)
    if (outcome === 'allowed') {
      key.allowedAtMs.push(startedAtMs)
      key.onAllowed?.()
    } else if (outcome === 'unavailable') {
      this.#unavailable++
    } else if (key.refusedAtMs === undefined) {
      key.refusedAtMs = monotonicMs()
      this.#live.remove(key)
      this.#refused.add(key)
    }
  }

  #keyOf(id: string): WatchedKey {
    const key = this.#keys.get(id)
    if (key === undefined) throw new Error(`The key ${id} is not watched`)
    return key
  }
}

/** Keys in turn. */
class Rotation {
  readonly #keys: WatchedKey[] = []
  #turn = 0

  next(): WatchedKey | undefined {
    return this.#keys[this.#turn++ % this.#keys.length]
  }

  add(key: WatchedKey): void {
    this.#keys.push(key)
  }

  remove(key: WatchedKey): void {
    this.#keys.splice(this.#keys.indexOf(key), 1)
  }
}
