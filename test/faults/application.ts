import { type Authorizer, createAuthorizer } from 'rest-api-key'
import type { TenantKeys } from 'rest-api-key/management'
import { openManager } from '../management/support.js'
import { type WatchedFeed, watchedFeed } from '../support/watched-feed.js'
import type { Backend } from './backend.js'
import type { Timing } from './timing.js'

/** One instance of an application. */
export interface Application {
  /** Caches, and hears of no change. */
  readonly aged: Authorizer
  /** Caches, with a feed. */
  readonly fed: Authorizer
  /** Caches nothing. */
  readonly bare: Authorizer
  readonly changes: WatchedFeed
  readonly detectionMs: number
  /** To manage the keys of tenant `acme`, through the same store. */
  readonly keys: TenantKeys
  close(): Promise<void>
}

export async function openApplication(backend: Backend, url: string, timing: Timing): Promise<Application> {
  const connected = await backend.connect(url, timing)
  const { store, detectionMs } = connected
  const { storeTimeoutMs, agedMaxAgeMs, maxAgeMs, lostFeedMaxAgeMs } = timing
  const changes = watchedFeed(connected.changes)
  const aged = createAuthorizer({ store, storeTimeoutMs, cache: { maxAgeMs: agedMaxAgeMs } })
  const fed = createAuthorizer({ store, storeTimeoutMs, changes, cache: { maxAgeMs, lostFeedMaxAgeMs } })
  const bare = createAuthorizer({ store, storeTimeoutMs, cache: false })
  const { acme: keys } = await openManager({ repository: store })
  return {
    aged,
    fed,
    bare,
    changes,
    detectionMs,
    keys,
    async close() {
      await Promise.all([aged, fed, bare].map((authorizer) => authorizer.close()))
      await connected.close()
    },
  }
}

/** Manages keys as another instance of the application does, over good connections of its own. */
export async function elsewhere<T>(
  backend: Backend,
  url: string,
  timing: Timing,
  act: (keys: TenantKeys) => Promise<T>,
): Promise<T> {
  const { store, close } = await backend.connect(url, timing)
  try {
    const { acme } = await openManager({ repository: store })
    return await act(acme)
  } finally {
    await close()
  }
}
