import { setTimeout as pause } from 'node:timers/promises'
import { type Authorizer, isRestApiKeyError } from 'rest-api-key'
import { type KeyRequest, outcomeOf, requestWith } from '../support/key-requests.js'

/** One request and what came of it; moments are those of `performance.now()`. */
export interface Sample {
  readonly atMs: number
  readonly doneAtMs: number
  /** `allowed`, or the reason of the refusal. */
  readonly outcome: string
  /** The code of the error that the operator is told of, if any. */
  readonly cause: string | undefined
}

export interface Sampler {
  readonly samples: readonly Sample[]
  /** Ends it; resolves when every request has been answered. */
  stop(): Promise<void>
}

/** Sends a request in every interval, whether or not the earlier ones have been answered. */
export function sampler(
  authorizer: Authorizer,
  referenceId: string,
  everyMs: number,
  more?: Partial<KeyRequest>,
): Sampler {
  const samples: Sample[] = []
  const stopped = new AbortController()
  const running: Promise<void>[] = []

  async function send(): Promise<void> {
    const atMs = performance.now()
    const decision = await authorizer.authorize(requestWith(referenceId, more))
    const doneAtMs = performance.now()
    const cause = decision.allowed || !isRestApiKeyError(decision.cause) ? undefined : decision.cause.code
    samples.push({ atMs, doneAtMs, outcome: outcomeOf(decision), cause })
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      running.push(send())
      await pause(everyMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
    await Promise.all(running)
  }

  const ended = run()
  return {
    samples,
    stop() {
      stopped.abort()
      return ended
    },
  }
}
