import type { Answer, Kind, Outcome } from './answers.js'
import { slotOf } from './slots.js'

/** What can change about a key. `taken`: its addresses were changed to ones that nobody has. */
export type KeyState = 'absent' | 'deactivated' | 'active' | 'taken'

export type Verdict = 'right' | 'wrong pass' | 'wrong refusal' | 'unavailable'

export interface OracleBounds {
  /** Milliseconds after which a change acts everywhere while the feed is connected. */
  readonly connectedMs: number
  /** Milliseconds after which a change acts that was made when the feed had been cut already. */
  readonly cutMs: number
}

/** A change in the making, until it is told that it was done. */
export interface Change {
  done(atMs: number): void
}

interface Version {
  readonly state: KeyState
  /** No request that ended earlier can know it. */
  readonly fromMs: number
  /** The call that made it has returned. */
  doneAtMs: number
}

interface Cut {
  readonly fromMs: number
  toMs: number
}

const keptMs = 60_000

/** Knows what has been changed and when, and from that which answers are right. */
export class Oracle {
  readonly #bounds: OracleBounds
  /** Of each key the states that a request may still meet, in their order. */
  readonly #versions: Version[][]
  readonly #cuts: Cut[] = []

  constructor(bounds: OracleBounds, states: readonly KeyState[]) {
    this.#bounds = bounds
    this.#versions = states.map((state) => [
      { state, fromMs: Number.NEGATIVE_INFINITY, doneAtMs: Number.NEGATIVE_INFINITY },
    ])
  }

  /** To be called right before a change is made. */
  change(slot: number, state: KeyState, atMs: number): Change {
    const version = { state, fromMs: atMs, doneAtMs: Number.POSITIVE_INFINITY }
    const versions = this.#versionsOf(slot)
    while (versions.length > 1 && (versions[1] as Version).doneAtMs < atMs - keptMs) versions.shift()
    versions.push(version)
    return {
      done: (doneAtMs) => {
        version.doneAtMs = doneAtMs
      },
    }
  }

  stateOf(slot: number): KeyState {
    return (this.#versionsOf(slot).at(-1) as Version).state
  }

  /** To be called right before the feeds are cut. What is returned is to be called when all of them are back. */
  cut(atMs: number): (atMs: number) => void {
    const cut = { fromMs: atMs, toMs: Number.POSITIVE_INFINITY }
    this.#cuts.push(cut)
    return (toMs) => {
      cut.toMs = toMs
    }
  }

  judge({ kind, slot, startedAtMs, endedAtMs, outcome }: Answer): Verdict {
    if (outcome === 'store_unavailable') return 'unavailable'
    const right =
      slot < 0 ? [answerTo(kind, slot, 'absent')] : this.#rightAnswers(kind, slot, startedAtMs, endedAtMs)
    if (right.includes(outcome)) return 'right'
    return outcome === 'allowed' || outcome === 'allowed as another' ? 'wrong pass' : 'wrong refusal'
  }

  #rightAnswers(kind: Kind, slot: number, startedAtMs: number, endedAtMs: number): Outcome[] {
    const versions = this.#versionsOf(slot)
    return versions
      .filter(
        ({ fromMs }, index) =>
          fromMs <= endedAtMs &&
          versions.slice(index + 1).every((later) => startedAtMs <= this.#overAtMs(later)),
      )
      .map(({ state }) => answerTo(kind, slot, state))
  }

  /** When a change acts everywhere: nothing older is right for a request that starts later. */
  #overAtMs({ fromMs, doneAtMs }: Version): number {
    const { connectedMs, cutMs } = this.#bounds
    const atMs = doneAtMs + connectedMs
    // Its message may be lost if the feed was cut while it was on its way.
    const cuts = this.#cuts.filter((cut) => cut.fromMs <= atMs && cut.toMs >= fromMs)
    return Math.max(atMs, ...cuts.map((cut) => Math.max(doneAtMs, cut.fromMs) + cutMs))
  }

  #versionsOf(slot: number): Version[] {
    return this.#versions[slot] as Version[]
  }
}

/** In the order in which the checks stand in the documentation. */
function answerTo(kind: Kind, slot: number, state: KeyState): Outcome {
  if (kind === 'missing') return 'missing_credentials'
  if (kind === 'malformed') return 'malformed_credentials'
  if (kind === 'unknown' || state === 'absent') return 'unknown_key'
  if (state === 'deactivated') return 'deactivated'
  if (kind === 'wrong tenant') return 'wrong_tenant'
  if (state === 'taken' || (kind === 'wrong address' && slotOf(slot).isRestricted)) return 'ip_not_allowed'
  return 'allowed'
}
