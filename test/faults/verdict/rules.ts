import type { Episode, Subject } from '../episode.js'
import type { Sample } from '../sampler.js'
import type { Timing } from '../timing.js'

export interface Cell {
  /** What was measured. */
  readonly text: string
  /** What was promised and not kept; if it is empty, the cell is passed. */
  readonly broken: readonly string[]
}

/** The samples of a subject that break these rules and those for every request, in words. */
export function violations(
  { samples }: Episode,
  subject: Subject,
  { storeTimeoutMs, marginMs }: Timing,
  rules: Readonly<Record<string, (one: Sample) => boolean>>,
): string[] {
  const ofAll: typeof rules = {
    '503 without a cause': (one) => one.outcome === 'store_unavailable' && one.cause === undefined,
    'answered too late': (one) => one.doneAtMs - one.atMs > storeTimeoutMs + marginMs,
  }
  const found = samples[subject]
  if (found.length === 0) return [`${subject}: no request was made`]
  return Object.entries({ ...rules, ...ofAll }).flatMap(([rule, isBroken]) => {
    const broken = found.filter(isBroken)
    const [first] = broken
    if (first === undefined) return []
    return [`${subject}: ${rule}: ${broken.length} of ${found.length}, the first ${JSON.stringify(first)}`]
  })
}

/** A rule: no other outcome than these. */
export function otherThan(...outcomes: readonly string[]): (one: Sample) => boolean {
  return ({ outcome }) => !outcomes.includes(outcome)
}

export function isAllowed({ outcome }: Sample): boolean {
  return outcome === 'allowed'
}

/** Whether the fault kept look-ups from being answered all the time from the request to the answer. */
export function isInOutage({ atMs, doneAtMs }: Sample, { fault, inForceAtMs, endsAtMs }: Episode): boolean {
  return fault.lookUps === 'fail' && atMs >= inForceAtMs && doneAtMs <= endsAtMs
}

/** When the feed told this for the first time after a moment; `Infinity` if it did not. */
export function feedAt({ feed }: Episode, event: 'connected' | 'lost', sinceMs: number): number {
  return feed.find(({ atMs, what }) => what === event && atMs >= sinceMs)?.atMs ?? Infinity
}

export function seconds(ms: number): string {
  return ms === Infinity ? 'never' : `${(ms / 1_000).toFixed(1)} s`
}
