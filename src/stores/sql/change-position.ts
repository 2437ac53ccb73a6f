import { text } from './values.js'

/** A row of the table of changes, as it was read. */
export interface Change {
  readonly seq: number
  readonly digest: unknown
}

/** So many numbers that are missing are waited for, the newest ones. */
export const maxMissing = 1_000
/** For so long: a number may belong to a transaction that is open, or to one that was rolled back, which nobody sees. */
const maxMissingAgeMs = 600_000
/** More at once than these are not told one by one. */
export const maxChanges = 1_000

/**
 * How far the table of changes has been read. Numbers are given when a change is made and seen when it is committed, so
 * that a lower one can come after a higher one: those that are missing below the last one are waited for.
 */
export class ChangePosition {
  /** The highest number that was seen; 0 in an empty table. */
  #last: Change
  /** When each missing number was missed first; in the order of these moments. */
  readonly #missing = new Map<number, number>()

  /** Begins behind these rows, the newest ones; as many as `maxMissing`, or all. */
  constructor(newest: readonly Change[]) {
    const seen = new Set(newest.map(({ seq }) => seq))
    this.#last = newest.reduce((last, row) => (row.seq > last.seq ? row : last), { seq: 0, digest: '' })
    this.#miss(Math.max(1, this.last - maxMissing + 1), this.last, (seq) => !seen.has(seq))
  }

  get last(): number {
    return this.#last.seq
  }

  get missing(): readonly number[] {
    return [...this.#missing.keys()]
  }

  /**
   * Goes on behind these rows, from the last one that was seen, in their order, and those that were missing. Returns
   * those that are new; `undefined` if they do not go on from here, or are too many to be all of them: the table was
   * emptied, pruned or restored, and this position is of no use any more.
   */
  advance(rows: readonly Change[]): readonly Change[] | undefined {
    const fresh = rows.filter(({ seq }) => seq !== this.last)
    if (fresh.length > maxChanges || (this.last > 0 && !rows.some((row) => isSame(row, this.#last)))) {
      return undefined
    }
    for (const row of fresh) {
      this.#missing.delete(row.seq)
      if (row.seq < this.last) continue
      this.#miss(this.last + 1, row.seq, () => true)
      this.#last = row
    }
    this.#forgetOld()
    return fresh
  }

  #miss(from: number, to: number, isMissing: (seq: number) => boolean): void {
    const nowMs = performance.now()
    for (let seq = Math.max(from, to - maxMissing); seq < to; seq++) {
      if (isMissing(seq)) this.#missing.set(seq, nowMs)
    }
    for (const seq of this.#missing.keys()) {
      if (this.#missing.size <= maxMissing) break
      this.#missing.delete(seq)
    }
  }

  #forgetOld(): void {
    const beginMs = performance.now() - maxMissingAgeMs
    for (const [seq, sinceMs] of this.#missing) {
      if (sinceMs > beginMs) break
      this.#missing.delete(seq)
    }
  }
}

function isSame(a: Change, b: Change): boolean {
  return a.seq === b.seq && String(text(a.digest)) === String(text(b.digest))
}
