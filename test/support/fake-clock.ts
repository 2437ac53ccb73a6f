import { afterEach, beforeEach, vi } from 'vitest'

/** Stands at this moment when a test begins. */
export const startOfTime = new Date('2025-01-01T00:00:00.000Z')

/**
 * Time in the tests of a file, or of a `describe`, moves only when told: `vi.advanceTimersByTime(ms)` moves
 * `Date`, `performance.now()` and the timers alike.
 */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: startOfTime })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
