import type { Place } from './backend.js'

/** The settings of every feed here; they are the defaults. */
export const heartbeatMs = 2_000
export const intervalMs = 1_000
export const timeoutMs = 2_000

/** Below the default, so that a cut feed shows. */
export const lostFeedMaxAgeMs = 1_000
/** Without a feed; far below the default. */
export const shortMaxAgeMs = 1_000

/**
 * How long after the revoking call has returned a request may still be allowed in another process, in milliseconds. A
 * message is not there at once where every processor is busy; a poll comes after an interval and may take its timeout.
 */
export const connectedBoundMs: Readonly<Record<Place['kind'], number>> = {
  postgres: 1_000,
  redis: 1_000,
  mariadb: intervalMs + timeoutMs,
  sqlite: intervalMs + timeoutMs,
}

/** The same for a feed that is cut off without a word: until that is noticed, and then as old as a record may be. */
export const cutBoundMs: Readonly<Record<Place['kind'], number>> = {
  postgres: heartbeatMs + timeoutMs + lostFeedMaxAgeMs,
  redis: heartbeatMs + timeoutMs + lostFeedMaxAgeMs,
  mariadb: intervalMs + timeoutMs + lostFeedMaxAgeMs,
  sqlite: intervalMs + timeoutMs + lostFeedMaxAgeMs,
}
