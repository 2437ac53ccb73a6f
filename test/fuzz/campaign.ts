import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'

/** Inputs without end, and what must hold for each of them. */
export interface Campaign {
  readonly name: string
  readonly property: fc.IAsyncProperty<unknown>
  /** To be called before anything else is done: what was tried last may not be over. */
  close(): Promise<void>
}

export type OpenCampaign = () => Campaign | Promise<Campaign>

interface CampaignParts<Input> {
  readonly name: string
  readonly inputs: fc.Arbitrary<Input>
  /** Rejects if something does not hold. The same input always has the same outcome: nothing of one is left for the next. */
  check(input: Input): void | Promise<void>
  close?(): Promise<void>
}

/** Milliseconds that no input takes, however slow the machine: what is not over by then hangs. */
export const hangMs = 20_000

export function campaignOf<Input>({ name, inputs, check, close }: CampaignParts<Input>): Campaign {
  let running: Promise<void> = Promise.resolve()
  const property = fc.asyncProperty(inputs, (input) => {
    running = (async () => check(input))()
    return running
  })
  return {
    name,
    property: property as fc.IAsyncProperty<unknown>,
    async close() {
      // The last one may be under way when the time is over.
      await Promise.race([running.catch(() => {}), setTimeout(hangMs, undefined, { ref: false })])
      await close?.()
    },
  }
}
