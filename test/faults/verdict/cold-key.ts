import type { Episode } from '../episode.js'
import type { Timing } from '../timing.js'
import { type Cell, isAllowed, isInOutage, otherThan, seconds, violations } from './rules.js'

/** It is answered with 503 while the store does not answer, in time, and is good again soon. */
export function judgeColdKey(episode: Episode, timing: Timing): Cell {
  const { fault, samples, beganAtMs, overAtMs } = episode
  const { cold } = samples
  const broken = [
    ...violations(episode, 'cold', timing, {
      'refused for another reason than the store': otherThan('allowed', 'store_unavailable'),
      'refused although the store answers': (one) => !isAllowed(one) && fault.lookUps === 'work',
      'allowed without the store': (one) => isAllowed(one) && isInOutage(one, episode),
    }),
    ...violations(episode, 'foreign', timing, {
      'not refused as one of another tenant': otherThan('wrong_tenant', 'store_unavailable'),
    }),
    ...violations(episode, 'unknown', timing, {
      'not refused as unknown': otherThan('unknown_key', 'store_unavailable'),
      'called unknown without the store': (one) => one.outcome === 'unknown_key' && isInOutage(one, episode),
    }),
  ]
  if (fault.lookUps === 'work') return { text: 'answered', broken }

  const failures = cold.filter((one) => !isAllowed(one) && one.doneAtMs > beganAtMs)
  if (fault.lookUps === 'fail' && failures.length === 0) broken.push('the fault was not felt')
  const slowestMs = Math.max(...failures.map(({ atMs, doneAtMs }) => doneAtMs - atMs))
  const goodAtMs = cold.find((one) => isAllowed(one) && one.doneAtMs > overAtMs)?.doneAtMs ?? Infinity
  const steadyAtMs = Math.max(goodAtMs, failures.at(-1)?.atMs ?? 0)
  const backMs = [goodAtMs, steadyAtMs].map((atMs) => atMs - overAtMs) as [number, number]
  if (backMs[1] > timing.recoveryMs) broken.push(`good again after ${backMs.map(seconds).join(' to ')}`)
  const refused = failures.length === 0 ? 'not refused' : `503 within ${seconds(slowestMs)}`
  return { text: `${refused}, back after ${seconds(backMs[0])}`, broken }
}
