import { setTimeout } from 'node:timers/promises'
import type { ChangeFeed, ChangeListener } from './change-feed.js'
import { isRestApiKeyError, RestApiKeyError } from './errors.js'
import { notify } from './notify.js'
import { foreignError } from './store-error.js'

/** What one connection of a feed tells. That it was lost is told by its end. */
export type ConnectionListener = Omit<ChangeListener, 'lost'>

export interface ReconnectingFeedOptions {
  /**
   * One connection, from opening it to its end. Calls `connected()` when it will hear of every later change. Settles
   * when it can hear no longer, however that came about, and soon after the signal has aborted; leaves nothing open.
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
      const connected = () => {
        connectedAtMs = performance.now()
        listener.connected()
      }
      let failure: unknown
      try {
        await run({ ...listener, connected }, signal)
      } catch (error) {
        failure = error
      }
      if (signal.aborted) return
      if (connectedAtMs !== undefined) {
        listener.lost()
        if (performance.now() - connectedAtMs > maxPauseMs) failures = 0
      }
      notify(onError, feedError(failure))
      await setTimeout(pauseMs(failures), undefined, { signal }).catch(() => {})
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
