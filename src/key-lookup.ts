import { type CachedKey, compileKey } from './cached-key.js'
import { withDeadline } from './deadline.js'
import { cacheKeyOf } from './digest.js'
import { RestApiKeyError } from './errors.js'
import type { KeyCache } from './key-cache.js'
import type { KeyStore } from './key-store.js'

interface Load {
  readonly issuedAtMs: number
  readonly answer: Promise<CachedKey | null>
}

export interface KeyLookupOptions {
  readonly store: KeyStore
  /** `undefined`: every request reads the store. */
  readonly cache: KeyCache | undefined
  readonly timeoutMs: number
  readonly maxConcurrent: number
  /** What a pass adds to the application's response. */
  readonly headers: Readonly<Record<string, string>>
}

/** Cache, then a load that is running already, then the store. */
export class KeyLookup {
  readonly #options: KeyLookupOptions
  readonly #loads = new Map<string, Load>()
  #running = 0

  constructor(options: KeyLookupOptions) {
    this.#options = options
  }

  /** What the cache knows of a digest; see {@link KeyCache.get}. */
  cached(digest: string): CachedKey | null | undefined {
    return this.#options.cache?.get(cacheKeyOf(digest))
  }

  /** The key with this digest, from the store if need be, or `null`. Rejects with a `RestApiKeyError` only. */
  async find(digest: string): Promise<CachedKey | null> {
    const { cache } = this.#options
    if (cache === undefined) return this.read(digest)
    const name = cacheKeyOf(digest)
    const known = cache.get(name)
    if (known !== undefined) return known
    const running = this.#loads.get(name)
    // A load may be joined as long as its answer could have come from the cache.
    if (running !== undefined && performance.now() - running.issuedAtMs < cache.maxAgeMs)
      return running.answer
    return this.#load(digest, name, cache).answer
  }

  /** Reads the store past cache and running loads. */
  async read(digest: string): Promise<CachedKey | null> {
    const { store, timeoutMs, maxConcurrent, headers } = this.#options
    if (this.#running >= maxConcurrent) {
      throw new RestApiKeyError('store_overloaded', `${maxConcurrent} look-ups are running already`)
    }
    this.#running++
    const readAtMs = performance.now()
    try {
      const record = await withDeadline((signal) => store.findByDigest(digest, { signal }), timeoutMs)
      return record === null ? null : compileKey(record, digest, headers, readAtMs)
    } finally {
      this.#running--
    }
  }

  /** Nothing that was read before this call is used for a request that starts after it. */
  invalidate(digest: string): void {
    const name = cacheKeyOf(digest)
    this.#options.cache?.delete(name)
    this.#loads.delete(name)
  }

  /** The same for every key. */
  flush(): void {
    this.#options.cache?.clear()
    this.#loads.clear()
  }

  #load(digest: string, name: string, cache: KeyCache): Load {
    const issuedAtMs = performance.now()
    const load: Load = {
      issuedAtMs,
      answer: this.read(digest).then(
        (key) => {
          if (this.#end(name, load)) cache.put(name, key, issuedAtMs)
          return key
        },
        (error) => {
          this.#end(name, load)
          throw error
        },
      ),
    }
    this.#loads.set(name, load)
    return load
  }

  /** Whether the load is still the one to join: an invalidation in between has removed it, a later one may stand there. */
  #end(name: string, load: Load): boolean {
    return this.#loads.get(name) === load && this.#loads.delete(name)
  }
}
