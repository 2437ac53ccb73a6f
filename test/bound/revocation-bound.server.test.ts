import { describe, expect, it } from 'vitest'
import { measureBound, type Scenario } from './measure-bound.js'
import { openPlace } from './opened-place.js'
import { checksOf } from './verdict.js'

// A slice of `npm run test:bound`, which has more revocations, processes and states of a feed.
const revocations = 10

const scenarios: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['postgresChanges', { kind: 'postgres', feed: 'connected', over: 'authorize', processes: 2, revocations }],
  ['redisChanges', { kind: 'redis', feed: 'connected', over: 'authorize', processes: 2, revocations }],
  ['pollingChanges', { kind: 'mariadb', feed: 'connected', over: 'authorize', processes: 2, revocations }],
  [
    'no feed and a short maxAgeMs',
    { kind: 'postgres', feed: 'none', over: 'http', processes: 2, revocations },
  ],
  [
    'a feed that tells nothing',
    { kind: 'redis', feed: 'deaf', over: 'authorize', processes: 2, revocations: 3 },
  ],
]

describe('a revocation in another process acts within its bound', () => {
  it.each(scenarios)('with %s', { timeout: 60_000 }, async (_, scenario) => {
    const place = await openPlace(scenario.kind)
    try {
      const checks = checksOf(await measureBound(scenario, place))
      expect([...checks].filter(([, isMet]) => !isMet)).toEqual([])
    } finally {
      await place.close()
    }
  })
})
