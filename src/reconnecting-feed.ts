import type { ChangeFeed, ChangeListener } from './change-feed.js'
import { isRestApiKeyError, RestApiKeyError } from './errors.js'
import { notify } from './notify.js'
import { pause } from './pause.js'
import { foreignError } from './store-error.js'

/** What one connection of a feed tells. That it was lost is told by its end. */
export type ConnectionListener = Omit<ChangeListener, 'lost'>

export interface ReconnectingFeedOptions {
  /**
   * One connection, from opening it to its end. Calls `connected()` when it will hear of every later change. Settles
   * when it can hear no longer, however that came about, and soon after the signal has aborted; leaves nothing open.
   * What it tells later is not heard, and what the listener throws does not come back.
   */
  run(listener: ConnectionListener, signal: AbortSignal): Promise<unknown>
  /** Hears why a connection ended. Its failures are ignored. */
  readonly onError: ((error: RestApiKeyError) => unknown) | undefined
}

const minPauseMs = 100
const maxPauseMs = 5_000

/** A feed over connections that come and go: the next one is opened after a pause that grows while they do not last. */
export function reconnectingFeed({ run, onError }: ReconnectingFeedOptions): ChangeFeed {
  async function keepConnected(listener: ChangeListener, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures++) {
      let connectedAtMs: number | undefined
      let isOver = false
      // A listener that fails must not take the connection, or the driver that called it, down with it.
      const heard =
        <News extends unknown[]>(tell: (...news: News) => void) =>
        (...news: News) => {
          if (isOver || signal.aborted) return
          try {
            tell(...news)
          } catch {}
        }
      let failure: unknown
      try {
        const connected = heard(() => {
          connectedAtMs ??= performance.now()
          listener.connected()
        })
        const changed = heard((digest: string) => listener.changed(digest))
        const flush = heard(() => listener.flush())
        await run({ connected, changed, flush }, signal)
      } catch (error) {
        failure = error
      }
      if (signal.aborted) return
      if (connectedAtMs !== undefined) {
        heard(() => listener.lost())()
        if (performance.now() - connectedAtMs > maxPauseMs) failures = 0
      }
      isOver = true
      notify(onError, feedError(failure))
      await pause(pauseMs(failures), signal)
      if (signal.aborted) return
    }
  }

  return Object.freeze({
    subscribe(listener: ChangeListener) {
      const ending = new AbortController()
      const ended = keepConnected(listener, ending.signal)
      return async () => {
        ending.abort()
        await ended
      }
    },
  })
}

/** At random, or all instances would come back in the same moment after a failure of the server. */
function pauseMs(failures: number): number {
  return Math.min(minPauseMs * 2 ** failures, maxPauseMs) * (0.5 + Math.random() / 2)
}

function feedError(error: unknown): RestApiKeyError {
  if (error === undefined) return new RestApiKeyError('feed_failed', 'The change feed was disconnected')
  return isRestApiKeyError(error) ? error : foreignError('feed_failed', 'The change feed failed', error)
}
