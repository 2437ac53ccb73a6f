import type { Episode } from '../episode.js'
import type { Timing } from '../timing.js'
import { type Cell, feedAt, isAllowed, isInOutage, otherThan, seconds, violations } from './rules.js'

/** It is used within its maximum age, without the store, and not beyond. */
export function judgeCachedKey(episode: Episode, timing: Timing): Cell {
  const { fault, samples, readFromMs, readToMs, beganAtMs, overAtMs } = episode
  const { agedMaxAgeMs, lostFeedMaxAgeMs, marginMs, recoveryMs, sampleMs } = timing
  const needsStore = fault.lookUps !== 'work'
  const lostAtMs = feedAt(episode, 'lost', beganAtMs)
  /**
   * Until when it must be used, and from when on it must not be. A feed that is back has it read again. A request may be
   * looked at a moment after it was sent, and ages are rounded against the key: the last interval is open.
   */
  const limits = {
    aged: [readFromMs + agedMaxAgeMs - sampleMs, readToMs + agedMaxAgeMs],
    fed: [
      Math.min(readFromMs + lostFeedMaxAgeMs - sampleMs, feedAt(episode, 'connected', beganAtMs)),
      Math.max(readToMs + lostFeedMaxAgeMs, lostAtMs + marginMs),
    ],
  } as const
  const subjects = ['aged', 'fed'] as const
  const broken = subjects.flatMap((subject) => {
    const [usedUntilMs, refusedFromMs] = limits[subject]
    return violations(episode, subject, timing, {
      'refused for another reason than the store': otherThan('allowed', 'store_unavailable'),
      'refused within its maximum age': (one) => !isAllowed(one) && (one.atMs < usedUntilMs || !needsStore),
      'allowed beyond its maximum age': (one) =>
        isAllowed(one) && isInOutage(one, episode) && one.atMs > refusedFromMs,
      'refused after the recovery': (one) => !isAllowed(one) && one.atMs > overAtMs + recoveryMs,
    })
  })
  if (fault.lookUps !== 'fail') return { text: 'used', broken }
  const used = subjects.map((subject) => {
    const last = samples[subject].findLast((one) => isAllowed(one) && isInOutage(one, episode))
    return last === undefined ? 'not' : seconds(last.atMs - readFromMs)
  })
  return { text: `used for ${used.join(' / ')}`, broken }
}
