import { afterEach, beforeEach, expect } from 'vitest'
import { turn } from './turn.js'

/** Every test of the file must leave no rejected promise behind that nobody handles. */
export function expectNoUnhandledRejections(): void {
  const unhandled: unknown[] = []
  const listener = (reason: unknown) => void unhandled.push(reason)

  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', listener)
  })
  afterEach(async () => {
    await turn()
    process.off('unhandledRejection', listener)
    expect(unhandled).toEqual([])
  })
}
