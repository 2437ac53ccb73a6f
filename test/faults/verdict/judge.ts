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

/** Holds what happened against what is promised. */
export function judge(episode: Episode, timing: Timing): Cells {
  return {
    'cached key': judgeCachedKey(episode, timing),
    'cold key': judgeColdKey(episode, timing),
    'revoked key': judgeRevokedKey(episode, timing),
    feed: judgeFeed(episode, timing),
  }
}
