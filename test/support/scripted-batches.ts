import type { KeyStore } from 'rest-api-key'

/** A query, of one digest or of several, that is answered when the test says so. */
export interface ScriptedQuery {
  /** A list if it was asked for with `findManyByDigest`. */
  readonly asked: string | readonly string[]
  readonly signal: AbortSignal
  answer(value: unknown): void
  fail(error: unknown): void
}

export interface ScriptedBatchStore extends Required<Pick<KeyStore, 'findByDigest' | 'findManyByDigest'>> {
  /** Every query so far, in order. */
  readonly queries: readonly ScriptedQuery[]
}

/** A store that finds several keys at once and answers nothing by itself. */
export function scriptedBatchStore(): ScriptedBatchStore {
  const queries: ScriptedQuery[] = []
  const ask = (asked: ScriptedQuery['asked'], signal: AbortSignal) =>
    new Promise<never>((resolve, reject) => {
      queries.push({ asked, signal, answer: resolve as (value: unknown) => void, fail: reject })
    })
  return {
    queries,
    findByDigest: (digest, { signal }) => ask(digest, signal),
    findManyByDigest: (digests, { signal }) => ask([...digests], signal),
  }
}
