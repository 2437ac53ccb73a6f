/** An instance of an application in a process of its own, under steady traffic of all kinds. Needs `--expose-gc`. */
import type { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createAuthorizer, type RestApiKeyError } from 'rest-api-key'
import { openBackend, type Place } from '../bound/backend.js'
import { lostFeedMaxAgeMs } from '../bound/bounds.js'
import { monotonicMs } from '../bound/monotonic-ms.js'
import { answerCalls } from '../bound/other-process.js'
import { type WatchedFeed, watchedFeed } from '../support/watched-feed.js'
import { watchAbortSignals } from './abort-signals.js'
import type { Answer } from './answers.js'
import { Traffic } from './traffic.js'

export interface SoakInstanceOptions {
  readonly place: Place
  readonly slots: number
  readonly perSecond: number
}

/** What a process holds on to while nothing is under way. */
export interface Held {
  readonly heapBytes: number
  /** Whatever could keep it alive, by its type, such as `TCPSocketWrap`. */
  readonly resources: Readonly<Record<string, number>>
  /** Clients of the feed that were not collected. */
  readonly feedClients: number
  readonly feedClientListeners: number
  readonly signalListeners: number
  readonly processListeners: number
}

interface Running {
  readonly feed: WatchedFeed
  readonly traffic: Traffic
  readonly feedClients: readonly WeakRef<EventEmitter>[]
  /** What went wrong besides requests, and how often. */
  readonly errors: ReadonlyMap<string, number>
  close(): Promise<void>
}

const maxUnknown = 1_000
const lastUsedIntervalMs = 5_000

const signals = watchAbortSignals()

function open({ place, slots, perSecond }: SoakInstanceOptions): Running {
  const feedClients: WeakRef<EventEmitter>[] = []
  const errors = new Map<string, number>()
  const count = (what: string) => (error: RestApiKeyError) => {
    // Some name the time that was left.
    const text = `${what}: ${error.message.replace(/\d+ ms/, '… ms')}`
    errors.set(text, (errors.get(text) ?? 0) + 1)
  }
  const backend = openBackend(place, {
    onFeedClient: (client) => feedClients.push(new WeakRef(client)),
    onFeedError: count('feed'),
  })
  const feed = watchedFeed(backend.changes)
  const authorizer = createAuthorizer({
    store: backend.store,
    changes: feed,
    cache: { maxUnknown, lostFeedMaxAgeMs },
    lastUsed: { intervalMs: lastUsedIntervalMs, onError: count('last used') },
  })
  const traffic = new Traffic(authorizer, slots, perSecond)
  return {
    feed,
    traffic,
    feedClients,
    errors,
    async close() {
      await traffic.pause()
      await authorizer.close()
      await backend.close()
    },
  }
}

let opened: Running | undefined

function instance(): Running {
  if (opened === undefined) throw new Error('The instance is not open')
  return opened
}

function held({ feedClients }: Running): Held {
  const collect = globalThis.gc as () => void
  // What is collected at last may have kept something else.
  for (let i = 0; i < 3; i++) collect()
  const clients = feedClients.flatMap((client) => client.deref() ?? [])
  const resources: Record<string, number> = {}
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1
  return {
    heapBytes: process.memoryUsage().heapUsed,
    resources,
    feedClients: clients.length,
    feedClientListeners: clients.reduce((sum, client) => sum + listenersOf(client), 0),
    signalListeners: signals.listeners(),
    processListeners: listenersOf(process),
  }
}

function listenersOf(emitter: Pick<EventEmitter, 'eventNames' | 'listenerCount'>): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}

const api = {
  now: monotonicMs,

  async open(options: SoakInstanceOptions): Promise<void> {
    opened = open(options)
    await opened.feed.untilConnected(0)
    opened.traffic.resume()
  },

  takeAnswers: (): readonly Answer[] => instance().traffic.takeAnswers(),

  losses: (): number => instance().feed.losses,

  errors: (): ReadonlyMap<string, number> => instance().errors,

  /** Resolves when the feed is connected and has been lost so often. */
  untilConnected: (losses: number): Promise<void> => instance().feed.untilConnected(losses),

  /** Fills the cache and lets everything come to rest. The answers are to be taken before it is measured. */
  async rest(): Promise<void> {
    await instance().traffic.pause()
    await instance().traffic.askForAll(maxUnknown)
    // What is noted of uses is written by then.
    await pause(2 * lastUsedIntervalMs)
  },

  held: (): Held => held(instance()),

  resume: (): void => instance().traffic.resume(),

  async close(): Promise<void> {
    await opened?.close()
  },
}

export type SoakInstanceApi = typeof api

answerCalls(api)
