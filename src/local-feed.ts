import type { ChangeFeed, ChangeListener } from './change-feed.js'
import { cacheKeyOf } from './digest.js'

/** The feed of what is changed through a store's own object: always connected, heard of before a write settles. */
export interface LocalFeed {
  readonly changes: ChangeFeed
  changed(digest: string): void
}

export function createLocalFeed(): LocalFeed {
  const listeners = new Set<ChangeListener>()
  return {
    changes: Object.freeze({
      subscribe(listener: ChangeListener) {
        listeners.add(listener)
        listener.connected()
        return async () => void listeners.delete(listener)
      },
    }),
    changed(digest) {
      for (const listener of listeners) {
        try {
          listener.changed(cacheKeyOf(digest))
        } catch {
          // Neither the others nor the write, which is done, may suffer for it.
        }
      }
    },
  }
}
