import { describe, expect, it } from 'vitest'
import { measureBound, type Scenario } from './measure-bound.js'
import { openPlace } from './opened-place.js'
import { checksOf } from './verdict.js'

// A slice of `npm run test:bound`, which has more revocations, processes and states of a feed.
const revocations = 10
const few = 3

const scenarios: readonly (readonly [name: string, scenario: Scenario])[] = [
  [
    'acts within the bound of postgresChanges',
    { kind: 'postgres', feed: 'connected', over: 'authorize', processes: 2, revocations },
  ],
  [
    'acts within the bound of redisChanges',
    { kind: 'redis', feed: 'connected', over: 'authorize', processes: 2, revocations },
  ],
  [
    'acts within the bound of pollingChanges',
    { kind: 'mariadb', feed: 'connected', over: 'authorize', processes: 2, revocations },
  ],
  [
    'acts within maxAgeMs without a feed',
    { kind: 'postgres', feed: 'none', over: 'http', processes: 2, revocations: few },
  ],
  [
    'is found to be late where a feed tells nothing',
    { kind: 'redis', feed: 'deaf', over: 'authorize', processes: 2, revocations: few },
  ],
]

describe('a revocation in another process', () => {
  it.each(scenarios)('%s', { timeout: 60_000 }, async (_, scenario) => {
    const place = await openPlace(scenario.kind)
    try {
      const checks = checksOf(await measureBound(scenario, place))
      expect([...checks].filter(([, isMet]) => !isMet)).toEqual([])
    } finally {
      await place.close()
    }
  })
})
