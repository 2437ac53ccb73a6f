import { type CachedKey, compileKey } from './cached-key.js'
import { cacheKeyOf } from './digest.js'
import type { KeyCache } from './key-cache.js'
import type { ValidKeyRecord } from './key-record.js'
import type { PendingRead, Query } from './pending-read.js'
import { RecordReader, type RecordReaderOptions } from './record-reader.js'

/**
 * What requests for one key wait for together. Emptied at its end: a `Map` that grows leaves its former table behind, with
 * all that was in it, and what is long over would stay in memory until a full garbage collection.
 */
interface Load {
  underWay: { readonly read: PendingRead; readonly answer: Promise<CachedKey | null> } | undefined
}

/** What the store says of a key now. */
export interface FoundKey {
  readonly record: ValidKeyRecord
  readonly key: CachedKey
}

export interface KeyLookupOptions extends RecordReaderOptions {
  /** `undefined`: every request reads the store. */
  readonly cache: KeyCache | undefined
  /** What a pass adds to the application's response. */
  readonly headers: Readonly<Record<string, string>>
}

/** Cache, then a load that is under way already, then the store. */
export class KeyLookup {
  readonly #cache: KeyCache | undefined
  readonly #headers: Readonly<Record<string, string>>
  readonly #reader: RecordReader
  readonly #loads = new Map<string, Load>()

  constructor({ cache, headers, ...options }: KeyLookupOptions) {
    this.#cache = cache
    this.#headers = headers
    this.#reader = new RecordReader(options)
  }

  /** What the cache knows of a digest; see {@link KeyCache.get}. */
  cached(digest: string): CachedKey | null | undefined {
    return this.#cache?.get(cacheKeyOf(digest))
  }

  /** The key with this digest, from the store if need be, or `null`. Rejects with a `RestApiKeyError` only. */
  async find(digest: string): Promise<CachedKey | null> {
    const known = this.cached(digest)
    return known === undefined ? this.load(digest) : known
  }

  /**
   * The same, of a digest of which the cache knows nothing.
   *
   * @throws {RestApiKeyError} `store_overloaded`
   */
  load(digest: string): Promise<CachedKey | null> {
    const cache = this.#cache
    if (cache === undefined) return this.read(digest).then((found) => found?.key ?? null)
    const name = cacheKeyOf(digest)
    const running = this.#loads.get(name)?.underWay
    if (running !== undefined && isYoungerThan(cache.maxAgeMs, running.read)) return running.answer
    return this.#load(digest, name, cache)
  }

  /** Reads the store past cache and loads. */
  async read(digest: string): Promise<FoundKey | null> {
    const read = this.#reader.read(digest)
    const record = await read.answer
    return record === null ? null : { record, key: this.#compile(record, read) }
  }

  /** Nothing that was read before this call is used for a request that starts after it. */
  invalidate(digest: string): void {
    const name = cacheKeyOf(digest)
    this.#cache?.delete(name)
    this.#loads.delete(name)
  }

  /** The same for every key. */
  flush(): void {
    this.#cache?.clear()
    this.#loads.clear()
  }

  #load(digest: string, name: string, cache: KeyCache): Promise<CachedKey | null> {
    const read = this.#reader.read(digest)
    const load: Load = { underWay: undefined }
    const answer = read.answer.then(
      (record) => {
        const isCurrent = this.#end(name, load)
        const key = record === null ? null : this.#compile(record, read)
        if (isCurrent) cache.put(name, key, sentAtMsOf(read))
        return key
      },
      (error) => {
        this.#end(name, load)
        throw error
      },
    )
    load.underWay = { read, answer }
    this.#loads.set(name, load)
    return answer
  }

  #compile(record: ValidKeyRecord, read: PendingRead): CachedKey {
    return compileKey(record, this.#headers, sentAtMsOf(read))
  }

  /** Whether the load is still the one to join: an invalidation in between has removed it, a later one may stand there. */
  #end(name: string, load: Load): boolean {
    load.underWay = undefined
    return this.#loads.get(name) === load && this.#loads.delete(name)
  }
}

/** A read that was answered was sent. */
function sentAtMsOf({ query }: PendingRead): number {
  return (query as Query).sentAtMs
}

/** A load may be joined as long as its answer could have come from the cache; one that was not sent yet, always. */
function isYoungerThan(maxAgeMs: number, { query }: PendingRead): boolean {
  return query === undefined || performance.now() - query.sentAtMs < maxAgeMs
}
