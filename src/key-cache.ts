import { LRUCache } from 'lru-cache'
import type { CachedKey } from './cached-key.js'

export interface KeyCacheLimits {
  readonly maxEntries: number
  readonly maxAgeMs: number
  readonly lostFeedMaxAgeMs: number
  readonly maxUnknown: number
  readonly unknownMaxAgeMs: number
}

/**
 * Records by digest, and apart from them the digests that have none, so that a flood of unknown keys evicts no good one.
 * Ages are kept here and not left to the cache: they count from the moment a read was issued, and the limit changes
 * when the feed is lost.
 */
export class KeyCache {
  /** Whether changes are heard of at the moment; without a feed, the maximum age is all there is. */
  feedLost = false
  readonly #limits: KeyCacheLimits
  /** Held here, because to find the global one takes as long as to read it. */
  readonly #clock: { now(): number } = performance
  /** Given, because `get` makes one for each call without. */
  readonly #getOptions = {}
  readonly #keys: LRUCache<string, CachedKey>
  readonly #unknown: LRUCache<string, number>

  constructor(limits: KeyCacheLimits) {
    this.#limits = limits
    this.#keys = new LRUCache({ max: limits.maxEntries })
    this.#unknown = new LRUCache({ max: limits.maxUnknown })
  }

  /** The key, `null` if there is known to be none, `undefined` if nothing is known. */
  get(digest: string): CachedKey | null | undefined {
    const key = this.#keys.get(digest, this.#getOptions)
    if (key !== undefined) {
      if (this.#clock.now() - key.readAtMs < this.maxAgeMs) return key
      this.#keys.delete(digest)
      return undefined
    }
    const readAtMs = this.#unknown.get(digest, this.#getOptions)
    if (readAtMs === undefined) return undefined
    if (this.#clock.now() - readAtMs < this.#bounded(this.#limits.unknownMaxAgeMs)) return null
    this.#unknown.delete(digest)
    return undefined
  }

  /** What is kept, however old, without a trace of the look. */
  peek(digest: string): { key: CachedKey | null; ageMs: number; inUse: boolean } | undefined {
    const key = this.#keys.peek(digest) ?? null
    const readAtMs = key?.readAtMs ?? this.#unknown.peek(digest)
    if (readAtMs === undefined) return undefined
    const ageMs = this.#clock.now() - readAtMs
    const limitMs = key === null ? this.#bounded(this.#limits.unknownMaxAgeMs) : this.maxAgeMs
    return { key, ageMs, inUse: ageMs < limitMs }
  }

  put(digest: string, key: CachedKey | null, readAtMs: number): void {
    this.delete(digest)
    if (key === null) this.#unknown.set(digest, readAtMs)
    else this.#keys.set(digest, key)
  }

  delete(digest: string): void {
    this.#keys.delete(digest)
    this.#unknown.delete(digest)
  }

  clear(): void {
    this.#keys.clear()
    this.#unknown.clear()
  }

  /** The age from which on a record is not used, at the moment. */
  get maxAgeMs(): number {
    return this.#bounded(this.#limits.maxAgeMs)
  }

  #bounded(ageMs: number): number {
    return this.feedLost ? Math.min(ageMs, this.#limits.lostFeedMaxAgeMs) : ageMs
  }
}
