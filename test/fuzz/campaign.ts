import fc from 'fast-check'

/** Inputs without end, and what must hold for each of them. */
export interface Campaign {
  readonly name: string
  readonly property: fc.IAsyncProperty<unknown>
  close(): Promise<void>
}

interface CampaignParts<Input> {
  readonly name: string
  readonly inputs: fc.Arbitrary<Input>
  /** Rejects if something does not hold. The same input always has the same outcome: nothing of one is left for the next. */
  check(input: Input): void | Promise<void>
  close?(): Promise<void>
}

export function campaignOf<Input>({ name, inputs, check, close }: CampaignParts<Input>): Campaign {
  return {
    name,
    property: fc.asyncProperty(inputs, async (input) => check(input)) as fc.IAsyncProperty<unknown>,
    close: close ?? (async () => {}),
  }
}
