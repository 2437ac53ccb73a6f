import type { Judgement } from './hot-loop.js'
import { type Measured, revocationsPerCut } from './measure-bound.js'

/** What was measured in one scenario, in numbers. */
export interface Figures {
  /** Requests allowed that started after the return of the revoking call and the bound. */
  readonly tooLate: number
  /** Requests allowed in the revoking process that started after the return of the revoking call. */
  readonly sameInstance: number
  /** Requests allowed with a key right before its revocation, in the process with the fewest. */
  readonly leastRightBefore: number
  /** Milliseconds, over all keys and authorizing processes. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export function figuresOf({ judgements, sameInstance }: Measured): Figures {
  const delays = judgements.map(({ delayMs }) => delayMs).sort((a, b) => a - b)
  const percentile = (share: number) => delays[Math.ceil(share * delays.length) - 1] ?? Number.NaN
  return {
    tooLate: sumOf(judgements, 'allowedTooLate'),
    sameInstance: sumOf(sameInstance, 'allowedAfter'),
    leastRightBefore: Math.min(...[...judgements, ...sameInstance].map((one) => one.allowedRightBefore)),
    delayMs: { p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) },
  }
}

/** What a scenario must show, and whether it did. */
export function checksOf(measured: Measured): ReadonlyMap<string, boolean> {
  const { scenario, counts, judgements, sameInstance, boundMs } = measured
  const { feed, processes, revocations } = scenario
  const { tooLate, sameInstance: allowedHere, leastRightBefore } = figuresOf(measured)
  const all = [...judgements, ...sameInstance]
  const checks = new Map([
    ['every key was revoked in every process', judgements.length === processes * revocations],
    ['every key was hot right before', leastRightBefore > 0],
    ['no request was refused before the revocation', all.every((one) => !one.refusedTooEarly)],
    ['no request was answered with 503', counts.unavailable === 0],
    ['the same instance allowed nothing after the return', allowedHere === 0 && sameInstance.every(refused)],
  ])
  if (feed === 'deaf') return checks.set('a deaf feed is found to be late', tooLate > 0)
  checks.set(`nothing was allowed ${boundMs} ms after the return`, tooLate === 0)
  checks.set('every key was refused in the end', judgements.every(refused))
  if (feed === 'cut') {
    const cuts = Math.ceil(revocations / revocationsPerCut)
    checks.set('every process noticed every cut', counts.feedLosses >= cuts * processes)
  }
  return checks
}

function refused(judgement: Judgement): boolean {
  return judgement.refused
}

function sumOf(judgements: readonly Judgement[], name: 'allowedAfter' | 'allowedTooLate'): number {
  return judgements.reduce((sum, one) => sum + one[name], 0)
}
