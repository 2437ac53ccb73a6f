import type { Episode } from '../episode.js'
import type { Timing } from '../timing.js'
import { judgeCachedKey } from './cached-key.js'
import { judgeColdKey } from './cold-key.js'
import { judgeFeed } from './feed.js'
import { judgeRevokedKey } from './revoked-key.js'
import type { Cell } from './rules.js'

export const aspects = ['cached key', 'cold key', 'revoked key', 'feed'] as const
export type Aspect = (typeof aspects)[number]

/** The cells of one fault and one backend. */
export type Cells = Readonly<Record<Aspect, Cell>>

/** Holds what happened against what is promised to a process that may run. */
export function judge(episode: Episode, timing: Timing): Cells {
  const { stalledMs } = episode
  const allowed: Timing = {
    ...timing,
    marginMs: timing.marginMs + stalledMs,
    recoveryMs: timing.recoveryMs + stalledMs,
    feedRecoveryMs: timing.feedRecoveryMs + stalledMs,
  }
  return {
    'cached key': judgeCachedKey(episode, allowed),
    'cold key': judgeColdKey(episode, allowed),
    'revoked key': judgeRevokedKey(episode, allowed),
    feed: judgeFeed(episode, allowed),
  }
}
