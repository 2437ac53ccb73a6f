import type { ChangeFeed } from 'rest-api-key'

export interface FeedEvent {
  readonly atMs: number
  readonly what: 'connected' | 'lost'
}

export interface WatchedFeed extends ChangeFeed {
  readonly events: readonly FeedEvent[]
  readonly isConnected: boolean
  /** How often it was lost. */
  readonly losses: number
  /** Resolves as soon as it is connected and was lost so often. */
  untilConnected(losses: number): Promise<void>
}

/** The same feed, which also notes when it was connected and lost. */
export function watchedFeed(feed: ChangeFeed): WatchedFeed {
  const events: FeedEvent[] = []
  let waiting: (() => void)[] = []
  const note = (what: FeedEvent['what']) => {
    events.push({ atMs: performance.now(), what })
    for (const resolve of waiting) resolve()
    waiting = []
  }
  const watched: WatchedFeed = {
    events,
    get isConnected() {
      return events.at(-1)?.what === 'connected'
    },
    get losses() {
      return events.filter(({ what }) => what === 'lost').length
    },
    async untilConnected(losses) {
      while (!watched.isConnected || watched.losses < losses) {
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    subscribe: (listener) =>
      feed.subscribe({
        ...listener,
        connected() {
          note('connected')
          listener.connected()
        },
        lost() {
          note('lost')
          listener.lost()
        },
      }),
  }
  return watched
}
