/**
 * An instance of an application in a process of its own. It authorizes without a pause and manages keys, as it is told.
 */
import { type CacheOptions, type ChangeFeed, createAuthorizer } from 'rest-api-key'
import { createKeyManager, type TenantKeys } from 'rest-api-key/management'
import { type WatchedFeed, watchedFeed } from '../support/watched-feed.js'
import { type Asks, directAsks, httpAsks } from './asks.js'
import { type Backend, openBackend, type Place } from './backend.js'
import { type HotKey, HotLoop, type Judgement, type Revocation } from './hot-loop.js'
import { monotonicMs } from './monotonic-ms.js'
import { answerCalls } from './other-process.js'
import { revoke, type Way } from './revocations.js'

export interface InstanceOptions {
  readonly place: Place
  /** A `deaf` one says that it is connected and never tells of a change. */
  readonly feed: 'connected' | 'none' | 'deaf'
  readonly cache: CacheOptions
  readonly over: 'authorize' | 'http'
}

/** What an instance has done altogether. */
export interface Counts {
  readonly requests: number
  /** Answered with 503. */
  readonly unavailable: number
  readonly storeReads: number
  readonly feedLosses: number
}

interface Running {
  readonly backend: Backend
  readonly keys: TenantKeys
  readonly feed: WatchedFeed | undefined
  readonly loop: HotLoop
  counts(): Counts
  close(): Promise<void>
}

async function open({ place, feed: kind, cache, over }: InstanceOptions): Promise<Running> {
  const backend = openBackend(place)
  const feed = kind === 'none' ? undefined : watchedFeed(kind === 'deaf' ? deafFeed : backend.changes)
  let storeReads = 0
  const authorizer = createAuthorizer({
    store: {
      ...backend.store,
      findByDigest(...args) {
        storeReads++
        return backend.store.findByDigest(...args)
      },
    },
    cache,
    ...(feed === undefined ? {} : { changes: feed }),
  })
  const { asks, close }: Asks = over === 'http' ? await httpAsks(authorizer) : directAsks(authorizer)
  const loop = new HotLoop(asks)
  const manager = createKeyManager({ repository: backend.store, authorize: () => true })
  return {
    backend,
    keys: manager.as({ tenantId: 'acme', userId: 'jdoe', role: 'Administrator' }),
    feed,
    loop,
    counts: () => ({
      requests: loop.requests,
      unavailable: loop.unavailable,
      storeReads,
      feedLosses: feed?.losses ?? 0,
    }),
    async close() {
      await loop.stop()
      await close()
      await authorizer.close()
      await backend.close()
    },
  }
}

const deafFeed: ChangeFeed = {
  subscribe(listener) {
    listener.connected()
    return async () => {}
  },
}

let opened: Running | undefined

function instance(): Running {
  if (opened === undefined) throw new Error('The instance is not open')
  return opened
}

const api = {
  now: monotonicMs,

  async open(options: InstanceOptions): Promise<void> {
    opened = await open(options)
    await opened.feed?.untilConnected(0)
  },

  async createKeys(count: number): Promise<HotKey[]> {
    const { keys } = instance()
    const group = await keys.createGroup({ name: 'Integrations' })
    const created: HotKey[] = []
    for (let i = 0; i < count; i++) {
      const { key, referenceId } = await keys.createKey({ groupId: group.id })
      created.push({ id: key.id, referenceId })
    }
    return created
  },

  async revoke(way: Way, keyId: string): Promise<Omit<Revocation, 'boundMs'>> {
    const { keys, backend } = instance()
    const calledAtMs = monotonicMs()
    await revoke(way, keyId, keys, backend)
    return { keyId, calledAtMs, returnedAtMs: monotonicMs() }
  },

  watch: (keys: readonly HotKey[]): void => instance().loop.watch(keys),

  /** Resolves when the key is hot: so many more of its requests have been allowed. */
  untilAllowed: (keyId: string, requests: number): Promise<void> =>
    instance().loop.untilAllowed(keyId, requests),

  /** Resolves when the feed is connected and has been lost so often. */
  async untilConnected(losses: number): Promise<void> {
    await instance().feed?.untilConnected(losses)
  },

  judge: (revocations: readonly Revocation[]): Judgement[] =>
    revocations.map((one) => instance().loop.judge(one)),

  counts: (): Counts => instance().counts(),

  async close(): Promise<void> {
    await opened?.close()
  },
}

export type InstanceApi = typeof api

answerCalls(api)
