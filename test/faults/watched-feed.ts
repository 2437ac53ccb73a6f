import type { ChangeFeed } from 'rest-api-key'

export interface FeedEvent {
  readonly atMs: number
  readonly what: 'connected' | 'lost'
}

export interface WatchedFeed extends ChangeFeed {
  readonly events: readonly FeedEvent[]
  readonly isConnected: boolean
}

/** The same feed, which also notes when it was connected and lost. */
export function watchedFeed(feed: ChangeFeed): WatchedFeed {
  const events: FeedEvent[] = []
  const note = (what: FeedEvent['what']) => events.push({ atMs: performance.now(), what })
  return {
    events,
    get isConnected() {
      return events.at(-1)?.what === 'connected'
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
}
