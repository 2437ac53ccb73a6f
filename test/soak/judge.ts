import { monotonicMs } from '../bound/monotonic-ms.js'
import type { Administrator } from './administrator.js'
import type { Answer, Kind, Outcome } from './answers.js'
import type { Oracle, Verdict } from './oracle.js'

export interface Judged {
  /** Requests by their kind and their answer. */
  readonly answers: ReadonlyMap<Kind, ReadonlyMap<Outcome, number>>
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** The first answers that were not right. */
  readonly wrong: readonly (Answer & { readonly verdict: Verdict })[]
}

const keptWrong = 20
/** Uses are told to the store in the end, with the moment at which they were. */
const clockToleranceMs = 1_000

/** Asks the oracle about every answer, and counts. */
export class Judge {
  readonly #oracle: Oracle
  readonly #answers = new Map<Kind, Map<Outcome, number>>()
  readonly #verdicts: Record<Verdict, number> = {
    right: 0,
    'wrong pass': 0,
    'wrong refusal': 0,
    unavailable: 0,
  }
  readonly #wrong: (Answer & { verdict: Verdict })[] = []
  /** When the last request that was allowed with a key has started. */
  readonly #allowedAtMs = new Map<number, number>()

  constructor(oracle: Oracle) {
    this.#oracle = oracle
  }

  get judged(): Judged {
    return { answers: this.#answers, verdicts: this.#verdicts, wrong: this.#wrong }
  }

  add(answers: readonly Answer[]): void {
    for (const answer of answers) {
      const verdict = this.#oracle.judge(answer)
      this.#verdicts[verdict]++
      if (verdict !== 'right' && this.#wrong.length < keptWrong) this.#wrong.push({ ...answer, verdict })
      const { kind, outcome, slot, startedAtMs } = answer
      const outcomes = this.#answers.get(kind) ?? new Map<Outcome, number>()
      this.#answers.set(kind, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1))
      if (outcome === 'allowed') this.#allowedAtMs.set(slot, startedAtMs)
    }
  }

  /** Of the keys that are there and were used since they were changed, how many of these uses the store knows. */
  async compareLastUsed(administrator: Administrator): Promise<{ known: number; unknown: number }> {
    const counts = { known: 0, unknown: 0 }
    const sinceMonotonicMs = Date.now() - monotonicMs()
    for (const [slot, allowedAtMs] of this.#allowedAtMs) {
      const isSettled = allowedAtMs > administrator.changedAtMs(slot) + 10_000
      if (!isSettled || this.#oracle.stateOf(slot) !== 'active') continue
      const lastUsedAt = await administrator.lastUsedAt(slot)
      const isKnown = (lastUsedAt?.getTime() ?? 0) >= allowedAtMs + sinceMonotonicMs - clockToleranceMs
      counts[isKnown ? 'known' : 'unknown']++
    }
    return counts
  }
}
