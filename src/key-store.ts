import type { ChangeFeed } from './change-feed.js'
import type { KeyRecord } from './key-record.js'

/** One use of a key. */
export interface KeyUse {
  /** The key's `id`. */
  readonly id: string
  readonly at: Date
}

/** What a store is given besides the digest. */
export interface LookUpOptions {
  /** Aborted when nobody waits for the answer any longer; may be ignored. */
  readonly signal: AbortSignal
}

/**
 * Where the keys are. Only `findByDigest` is required; the cases of `rest-api-key/testing` show whether a store of your
 * own keeps to the contract.
 *
 * @example
 * ```ts
 * import type { KeyRecord, KeyStore } from 'rest-api-key'
 *
 * const rows = new Map<string, KeyRecord>()
 * export const store: KeyStore = {
 *   async findByDigest(digest) {
 *     return rows.get(digest) ?? null
 *   },
 * }
 * ```
 */
export interface KeyStore {
  /**
   * The record with exactly this digest, deactivated and expired ones included, or `null`. Throws only when the backend
   * cannot answer: such a request is answered with 503, never as an unknown key.
   */
  findByDigest(digest: string, options: LookUpOptions): Promise<KeyRecord | null>
  /** The records that there are among these digests, in any order. */
  findManyByDigest?(digests: readonly string[], options: LookUpOptions): Promise<readonly KeyRecord[]>
  /** Remembers when keys were last used; never moves a moment back and changes nothing else. */
  touch?(uses: readonly KeyUse[]): Promise<void>
  /** What is changed through this object is heard here at once. */
  readonly changes?: ChangeFeed
}
