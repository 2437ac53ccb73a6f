import fc from 'fast-check'
import { turn } from '../support/turn.js'
import { hangMs, type OpenCampaign } from './campaign.js'

/** A run ends with whichever of the two comes first. */
export interface Bounds {
  readonly seed: number
  readonly seconds: number
  /** Default: no limit. */
  readonly cases?: number
}

interface Finding {
  /** The smallest input that was found. */
  readonly input: string
  /** Leads to it, with the same seed. */
  readonly path: string
  readonly error: unknown
}

export interface Ran {
  readonly name: string
  readonly seed: number
  readonly cases: number
  readonly seconds: number
  readonly finding: Finding | undefined
}

/** Opens a campaign, tries inputs until one does not hold, which is then made as small as it can be; then closes it. */
export async function runCampaign(open: OpenCampaign, bounds: Bounds): Promise<Ran> {
  const { name, property, close } = await open()
  const { seed, seconds, cases = Number.MAX_SAFE_INTEGER } = bounds
  const events = ['unhandledRejection', 'uncaughtException'] as const
  const beginMs = performance.now()
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  for (const event of events) process.on(event, note)
  try {
    const details = await fc.check(property, {
      seed,
      numRuns: cases,
      timeout: hangMs,
      interruptAfterTimeLimit: seconds * 1_000,
    })
    await close()
    await turn()
    return {
      name,
      seed,
      cases: details.numRuns,
      seconds: (performance.now() - beginMs) / 1_000,
      finding: findingOf(details) ?? leftBehind(unhandled),
    }
  } finally {
    for (const event of events) process.off(event, note)
  }
}

function findingOf(details: fc.RunDetails<unknown>): Finding | undefined {
  if (!details.failed || details.counterexample === null) return undefined
  const { counterexample, counterexamplePath, errorInstance } = details
  return { input: fc.stringify(counterexample), path: counterexamplePath ?? '', error: errorInstance }
}

function leftBehind([error]: readonly unknown[]): Finding | undefined {
  return error === undefined ? undefined : { input: 'any', path: '', error }
}
