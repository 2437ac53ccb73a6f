import { afterEach, beforeEach, vi } from 'vitest'

/** Stands at this moment when a test begins. */
export const startOfTime = new Date('2025-01-01T00:00:00.000Z')

/** Milliseconds that `performance.now()` has counted by then: from 0 on, adding moments would look like subtracting them. */
const uptimeMs = 1_000

/**
 * Time in the tests of a file, or of a `describe`, moves only when told: `vi.advanceTimersByTime(ms)` moves
 * `Date`, `performance.now()` and the timers alike.
 */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'],
      now: startOfTime.getTime() - uptimeMs,
    })
    vi.advanceTimersByTime(uptimeMs)
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
