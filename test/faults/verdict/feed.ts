import type { Episode } from '../episode.js'
import type { Timing } from '../timing.js'
import { type Cell, feedAt, seconds } from './rules.js'

/** It notices in time that it hears nothing, is connected again soon, and then it acts. */
export function judgeFeed(episode: Episode, { marginMs, feedRecoveryMs }: Timing): Cell {
  const { backend, fault, beganAtMs, inForceAtMs, overAtMs, detectionMs, afterwardsMs } = episode
  const broken: string[] = []
  const lostAtMs = feedAt(episode, 'lost', beganAtMs)
  const isLost = lostAtMs < Infinity
  const lostMs = Math.max(0, lostAtMs - inForceAtMs)
  const mustBeLost = fault.lookUps === 'fail' || (fault.lookUps === 'work' && backend.feedNeedsWrites)
  if (mustBeLost && lostMs > detectionMs + marginMs) broken.push(`lost after ${seconds(lostMs)}`)
  if (fault.lookUps === 'work' && !mustBeLost && isLost) broken.push('lost without need')
  const backMs = isLost ? Math.max(0, feedAt(episode, 'connected', lostAtMs) - overAtMs) : 0
  if (backMs > feedRecoveryMs) broken.push(`back after ${seconds(backMs)}`)
  if (afterwardsMs === undefined) broken.push('tells nothing afterwards')
  const fate = isLost ? `lost after ${seconds(lostMs)}, back after ${seconds(backMs)}` : 'not lost'
  return { text: `${fate}, then acts in ${afterwardsMs?.toFixed(0) ?? '-'} ms`, broken }
}
