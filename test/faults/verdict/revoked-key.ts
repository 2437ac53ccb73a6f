import type { Episode } from '../episode.js'
import type { Timing } from '../timing.js'
import { type Cell, isAllowed, otherThan, seconds, violations } from './rules.js'

/** It is refused within the bound, and no revocation is reported that did not take place. */
export function judgeRevokedKey(episode: Episode, timing: Timing): Cell {
  const { samples, revokedAtMs, detectionMs, overAtMs } = episode
  const { agedMaxAgeMs, maxAgeMs, lostFeedMaxAgeMs, marginMs, recoveryMs } = timing
  const boundsMs = {
    agedRevoked: agedMaxAgeMs,
    fedRevoked: Math.min(maxAgeMs, detectionMs + lostFeedMaxAgeMs + marginMs),
  }
  const subjects = ['agedRevoked', 'fedRevoked'] as const
  const broken = subjects.flatMap((subject) => {
    const boundAtMs = revokedAtMs + boundsMs[subject]
    return violations(episode, subject, timing, {
      'refused for another reason': otherThan('allowed', 'deactivated', 'store_unavailable'),
      'allowed beyond the bound': (one) => isAllowed(one) && one.atMs > boundAtMs,
      'not refused as deactivated after the recovery': (one) =>
        one.outcome !== 'deactivated' && one.atMs > Math.max(boundAtMs, overAtMs + recoveryMs),
    })
  })
  const delays = subjects.map((subject) => {
    const last = samples[subject].findLast((one) => isAllowed(one) && one.atMs > revokedAtMs)
    return seconds(last === undefined ? 0 : last.atMs - revokedAtMs)
  })
  const attempt = judgeAttempt(episode, timing)
  return {
    text: `refused after ${delays.join(' / ')}, ${attempt.text}`,
    broken: [...broken, ...attempt.broken],
  }
}

/** The application's own attempt to revoke a key through the store that has the fault. */
function judgeAttempt(episode: Episode, timing: Timing): Cell {
  const { fault, attempt, endsAtMs } = episode
  const { beganAtMs, settled, isDone = false } = attempt
  const broken = violations(episode, 'attempted', timing, {
    'refused for another reason': otherThan('allowed', 'deactivated', 'store_unavailable'),
    'allowed after its revocation was reported': (one) =>
      isAllowed(one) && settled?.isDone === true && one.atMs > settled.atMs,
  })
  if (settled === undefined)
    return { text: 'own attempt never settled', broken: [...broken, 'never settled'] }
  if (settled.isDone && !isDone) broken.push('reported a revocation that did not take place')
  if (settled.isDone && settled.atMs < endsAtMs && fault.writes === 'fail') {
    broken.push('reported a revocation in spite of the fault')
  }
  const outcome = settled.isDone ? 'done' : isDone ? 'failed for its caller' : 'failed'
  return { text: `own attempt ${outcome} in ${seconds(settled.atMs - beganAtMs)}`, broken }
}
