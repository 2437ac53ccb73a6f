import type { ChangeFeed, ChangeListener } from 'rest-api-key'

/** What a feed tells, in words: `connected`, `lost`, `flush`, and `changed` with the digest. */
export interface RecordingListener extends ChangeListener {
  readonly heard: readonly string[]
  /** Resolves when one of these is heard, now or later, after what was waited for before. */
  next(...news: readonly string[]): Promise<void>
  /** Resolves when all of it has been heard, in whichever order. */
  all(news: readonly string[]): Promise<void>
}

export function recordingListener(): RecordingListener {
  const heard: string[] = []
  const waiting = new Set<() => void>()
  let read = 0

  const tell = (news: string) => {
    heard.push(news)
    for (const look of [...waiting]) look()
  }
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isThere()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })

  return {
    heard,
    connected: () => tell('connected'),
    lost: () => tell('lost'),
    changed: (digest) => tell(`changed ${digest}`),
    flush: () => tell('flush'),
    next: (...news) =>
      until(() => {
        const found = heard.findIndex((one, index) => index >= read && news.includes(one))
        if (found !== -1) read = found + 1
        return found !== -1
      }),
    all: (news) => until(() => news.every((one) => heard.includes(one))),
  }
}

/** The same feed, whose news the listener hears when the subscriber has heard them. */
export function overheard(feed: ChangeFeed, listener: ChangeListener): ChangeFeed {
  return {
    subscribe: (subscriber) =>
      feed.subscribe({
        connected() {
          subscriber.connected()
          listener.connected()
        },
        lost() {
          subscriber.lost()
          listener.lost()
        },
        changed(digest) {
          subscriber.changed(digest)
          listener.changed(digest)
        },
        flush() {
          subscriber.flush()
          listener.flush()
        },
      }),
  }
}
