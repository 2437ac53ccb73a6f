import { setImmediate } from 'node:timers'
import { RestApiKeyError } from './errors.js'
import { parseKeyRecord, type ValidKeyRecord } from './key-record.js'
import type { KeyStore } from './key-store.js'
import { type LazySignal, lazySignal } from './lazy-signal.js'
import { PendingRead, type Query } from './pending-read.js'
import { recordsByDigest } from './records-by-digest.js'
import { storeError } from './store-error.js'

/**
 * Milliseconds after which a look-up no longer waits for the answer to others: a query may hang, and a database that reads
 * from disks is faster if it is asked several at a time.
 */
const maxWaitMs = 2
/** A store may have to list the digests of a query in its statement. */
const maxDigests = 500

export interface RecordReaderOptions {
  readonly store: KeyStore
  readonly timeoutMs: number
  readonly maxConcurrent: number
}

/**
 * Reads records from the store. A look-up goes out at once if no other is under way, or if the store answers one at a
 * time only. Those that come while a query is under way go out together when it is answered.
 */
export class RecordReader {
  readonly #options: RecordReaderOptions
  #reads = 0
  #queries = 0
  #queue: PendingRead[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecordReaderOptions) {
    this.#options = options
  }

  /** @throws {RestApiKeyError} `store_overloaded` if too many look-ups are waited for. */
  read(digest: string): PendingRead {
    const { store, timeoutMs, maxConcurrent } = this.#options
    if (this.#reads >= maxConcurrent) {
      throw new RestApiKeyError('store_overloaded', `${maxConcurrent} look-ups are running already`)
    }
    this.#reads++
    const read = new PendingRead(digest, timeoutMs, this.#onEnd)
    if (this.#queries === 0 || store.findManyByDigest === undefined) {
      this.#send([read])
    } else {
      this.#queue.push(read)
      this.#timer ??= setTimeout(this.#sendQueue, maxWaitMs)
    }
    return read
  }

  readonly #sendQueue = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const reads = this.#queue.filter(({ hasEnded }) => !hasEnded)
    this.#queue = []
    for (let from = 0; from < reads.length; from += maxDigests)
      this.#send(reads.slice(from, from + maxDigests))
  }

  #send(reads: readonly PendingRead[]): void {
    const query: Query = {
      signal: lazySignal(),
      sentAtMs: performance.now(),
      size: reads.length,
      waiting: reads.length,
      isAnswered: false,
    }
    this.#queries++
    for (const read of reads) read.query = query
    this.#ask(reads, query.signal.options).then(
      (recordOf) => {
        query.isAnswered = true
        for (const read of reads) settle(read, recordOf)
      },
      (error) => {
        query.isAnswered = true
        for (const read of reads) read.reject(storeError(error))
      },
    )
  }

  readonly #onEnd = ({ query }: PendingRead): void => {
    this.#reads--
    if (query === undefined || --query.waiting > 0) return
    if (!query.isAnswered) query.signal.abort()
    // Those who are answered together may all have more to ask in this turn of the event loop.
    if (query.size > 1) setImmediate(this.#onOver)
    else this.#onOver()
  }

  readonly #onOver = (): void => {
    this.#queries--
    this.#sendQueue()
  }

  /** What the store says, for each of the digests. */
  async #ask(
    reads: readonly PendingRead[],
    options: LazySignal['options'],
  ): Promise<(digest: string) => ValidKeyRecord | null> {
    const { store } = this.#options
    const [{ digest }] = reads as readonly [PendingRead]
    if (reads.length === 1 || store.findManyByDigest === undefined) {
      const record = await store.findByDigest(digest, options)
      return () => (record === null ? null : parseKeyRecord(record, digest))
    }
    const digests = [...new Set(reads.map((read) => read.digest))]
    return recordsByDigest(await store.findManyByDigest(digests, options), digests)
  }
}

/** A record that cannot be used fails its own look-up only. */
function settle(read: PendingRead, recordOf: (digest: string) => ValidKeyRecord | null): void {
  try {
    read.resolve(recordOf(read.digest))
  } catch (error) {
    read.reject(storeError(error))
  }
}
