import type { ChangeFeed, ChangeListener } from 'rest-api-key'

/** A change feed whose messages come from the test. */
export interface FeedDouble extends ChangeListener {
  readonly feed: ChangeFeed
  readonly subscribed: number
  readonly ended: number
}

/** It talks on after its subscriptions have ended, as a connection that is closing may. */
export function feedDouble(): FeedDouble {
  const listeners: ChangeListener[] = []
  let ended = 0
  const tell = (message: (listener: ChangeListener) => void) => {
    for (const listener of listeners) message(listener)
  }
  return {
    feed: {
      subscribe(listener) {
        listeners.push(listener)
        return async () => void ended++
      },
    },
    connected: () => tell((listener) => listener.connected()),
    lost: () => tell((listener) => listener.lost()),
    changed: (digest) => tell((listener) => listener.changed(digest)),
    flush: () => tell((listener) => listener.flush()),
    get subscribed() {
      return listeners.length
    },
    get ended() {
      return ended
    },
  }
}
