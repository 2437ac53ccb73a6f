/** What a {@link ChangeFeed} tells. */
export interface ChangeListener {
  /** From now on every change arrives. All that is cached is dropped: some may have been missed before. */
  connected(): void
  /** Changes may be missed from now on. */
  lost(): void
  /** The key with this digest was created, changed or deleted. */
  changed(digest: string): void
  /** Any key may have changed. */
  flush(): void
}

/**
 * News of changed keys, so that a revocation acts before a cached record reaches its maximum age. It carries digests
 * only. A feed counts as lost until it calls `connected()`.
 *
 * @example
 * ```ts
 * import type { ChangeFeed, ChangeListener } from 'rest-api-key'
 *
 * const listeners = new Set<ChangeListener>()
 * export const changes: ChangeFeed = {
 *   subscribe(listener) {
 *     listeners.add(listener)
 *     listener.connected()
 *     return async () => void listeners.delete(listener)
 *   },
 * }
 * ```
 */
export interface ChangeFeed {
  /** Returns what ends the subscription; its promise settles when nothing of it is left. */
  subscribe(listener: ChangeListener): () => Promise<void>
}
