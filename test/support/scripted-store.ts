import type { KeyStore } from 'rest-api-key'

/** A read that was asked for and is answered when the test says so. */
export interface ScriptedRead {
  readonly digest: string
  readonly signal: AbortSignal
  answer(value: unknown): void
  fail(error: unknown): void
}

export interface ScriptedStore extends KeyStore {
  /** Every read so far, in order. */
  readonly reads: readonly ScriptedRead[]
}

/** A store that answers nothing by itself. */
export function scriptedStore(more: Partial<KeyStore> = {}): ScriptedStore {
  const reads: ScriptedRead[] = []
  return {
    ...more,
    reads,
    findByDigest: (digest, { signal }) =>
      new Promise((resolve, reject) => {
        reads.push({ digest, signal, answer: resolve as (value: unknown) => void, fail: reject })
      }),
  }
}

export interface AnsweringStore extends KeyStore {
  /** The digests that were looked up so far, in order. */
  readonly reads: readonly string[]
  /** What the next reads return; may throw. The contract of a store does not bind it. */
  answer: (digest: string) => unknown
}

/** A store that answers at once, with whatever the test wants at the moment. */
export function answeringStore(
  answer: (digest: string) => unknown,
  more: Partial<KeyStore> = {},
): AnsweringStore {
  const reads: string[] = []
  const store: AnsweringStore = {
    ...more,
    reads,
    answer,
    findByDigest(digest) {
      reads.push(digest)
      return store.answer(digest) as ReturnType<KeyStore['findByDigest']>
    },
  }
  return store
}
