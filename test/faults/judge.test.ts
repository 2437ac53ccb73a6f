import { describe, expect, it } from 'vitest'
import { backends } from './backends.js'
import type { Episode, Subject } from './episode.js'
import type { Fault } from './fault.js'
import { faults } from './faults.js'
import type { Sample } from './sampler.js'
import { defaults } from './timing.js'
import { type Aspect, aspects, judge } from './verdict/judge.js'

const [backend] = backends as [(typeof backends)[0]]
const outage = faults.find(({ id }) => id === 'swallowed') as Fault
const readOnly = faults.find(({ id }) => id === 'read-only') as Fault

/** A request every 100 ms, with these outcomes from these moments on. */
function requests(...changes: readonly (readonly [fromMs: number, outcome: string])[]): Sample[] {
  return Array.from({ length: 190 }, (_, index) => {
    const atMs = index * 100
    const outcome = changes.findLast(([fromMs]) => atMs >= fromMs)?.[1] ?? 'allowed'
    return { atMs, doneAtMs: atMs + 1, outcome, cause: outcome === down ? 'store_timeout' : undefined }
  })
}

const down = 'store_unavailable'
/** Records are read at 1 s; the fault is in force from 1.2 to 13.2 s, the feed lost at 4 s. */
const good: Episode = {
  backend,
  fault: outage,
  readFromMs: 1_000,
  readToMs: 1_010,
  beganAtMs: 1_190,
  inForceAtMs: 1_200,
  endsAtMs: 13_200,
  overAtMs: 13_210,
  revokedAtMs: 1_300,
  attempt: { beganAtMs: 1_200, settled: { atMs: 3_200, isDone: false }, isDone: false },
  feed: [
    { atMs: 0, what: 'connected' },
    { atMs: 4_000, what: 'lost' },
    { atMs: 14_000, what: 'connected' },
  ],
  detectionMs: 4_000,
  afterwardsMs: 20,
  stalledMs: 0,
  samples: {
    aged: requests([7_000, down], [13_500, 'allowed']),
    fed: requests([6_000, down], [13_500, 'allowed']),
    agedRevoked: requests([7_000, down], [13_500, 'deactivated']),
    fedRevoked: requests([6_000, down], [13_500, 'deactivated']),
    attempted: requests([3_200, down], [13_500, 'allowed']),
    cold: requests([1_200, down], [13_500, 'allowed']),
    foreign: requests([0, 'wrong_tenant'], [1_200, down], [13_500, 'wrong_tenant']),
    unknown: requests([0, 'unknown_key'], [1_200, down], [13_500, 'unknown_key']),
  },
}

const working: Episode = {
  ...good,
  fault: readOnly,
  feed: [{ atMs: 0, what: 'connected' }],
  samples: {
    ...good.samples,
    aged: requests(),
    fed: requests(),
    agedRevoked: requests([7_000, 'deactivated']),
    fedRevoked: requests([1_400, 'deactivated']),
    attempted: requests(),
    cold: requests(),
    foreign: requests([0, 'wrong_tenant']),
    unknown: requests([0, 'unknown_key']),
  },
}

const brokenIn = (episode: Episode) =>
  aspects.filter((aspect) => judge(episode, defaults)[aspect].broken.length > 0)
const withSamples = (episode: Episode, samples: Partial<Record<Subject, Sample[]>>): Episode => ({
  ...episode,
  samples: { ...episode.samples, ...samples },
})
const late = good.samples.cold.map((one) => ({ ...one, doneAtMs: one.atMs + 2_600 }))
const mute = good.samples.cold.map((one) => ({ ...one, cause: undefined }))

describe('the judge of the matrix', () => {
  it('is content with what is promised', () => {
    expect(brokenIn(good)).toEqual([])
    expect(brokenIn(working)).toEqual([])
  })

  const table: readonly (readonly [what: string, aspect: Aspect, episode: Episode])[] = [
    [
      'a key used beyond its maximum age',
      'cached key',
      withSamples(good, { aged: requests([7_500, down], [13_500, 'allowed']) }),
    ],
    [
      'a key used beyond the age of a lost feed',
      'cached key',
      withSamples(good, { fed: requests([8_000, down], [13_500, 'allowed']) }),
    ],
    [
      'a key refused too early',
      'cached key',
      withSamples(good, { aged: requests([6_000, down], [13_500, 'allowed']) }),
    ],
    [
      'a key refused although the store answers',
      'cached key',
      withSamples(working, { fed: requests([6_000, down], [6_500, 'allowed']) }),
    ],
    [
      'a cached key called unknown',
      'cached key',
      withSamples(good, { fed: requests([6_000, 'unknown_key'], [13_500, 'allowed']) }),
    ],
    ['a cached key that stays refused', 'cached key', withSamples(good, { aged: requests([7_000, down]) })],
    [
      'a pass without the store',
      'cold key',
      withSamples(good, { cold: requests([1_200, down], [13_000, 'allowed']) }),
    ],
    [
      'an outage called an unknown key',
      'cold key',
      withSamples(good, { cold: requests([1_200, 'unknown_key'], [13_500, 'allowed']) }),
    ],
    [
      'a key called unknown without the store',
      'cold key',
      withSamples(good, { unknown: requests([0, 'unknown_key']) }),
    ],
    ['a key of another tenant allowed', 'cold key', withSamples(good, { foreign: requests() })],
    ['an unknown key allowed', 'cold key', withSamples(good, { unknown: requests() })],
    ['answers that come too late', 'cold key', withSamples(good, { cold: late })],
    ['a 503 without a cause', 'cold key', withSamples(good, { cold: mute })],
    ['a fault that nobody felt', 'cold key', withSamples(good, { cold: requests() })],
    ['a store that does not come back', 'cold key', withSamples(good, { cold: requests([1_200, down]) })],
    [
      'look-ups that fail again and again',
      'cold key',
      withSamples(good, {
        cold: requests([1_200, down], [13_500, 'allowed'], [18_500, down], [18_600, 'allowed']),
      }),
    ],
    [
      'a look-up refused although the store answers',
      'cold key',
      withSamples(working, { cold: requests([6_000, down], [6_100, 'allowed']) }),
    ],
    ['no request at all', 'cold key', withSamples(good, { cold: [] })],
    [
      'a revoked key allowed beyond its maximum age',
      'revoked key',
      withSamples(good, { agedRevoked: requests([7_500, 'deactivated']) }),
    ],
    [
      'a revoked key allowed beyond the bound of a feed',
      'revoked key',
      withSamples(good, { fedRevoked: requests([11_500, 'deactivated']) }),
    ],
    [
      'a revoked key called unknown',
      'revoked key',
      withSamples(good, { fedRevoked: requests([6_000, 'unknown_key'], [13_500, 'deactivated']) }),
    ],
    [
      'a revoked key allowed again',
      'revoked key',
      withSamples(good, { agedRevoked: requests([7_000, down], [18_500, 'allowed']) }),
    ],
    [
      'a revocation reported that did not take place',
      'revoked key',
      { ...good, attempt: { ...good.attempt, settled: { atMs: 14_000, isDone: true } } },
    ],
    [
      'a revocation reported in spite of the fault',
      'revoked key',
      { ...good, attempt: { ...good.attempt, settled: { atMs: 3_200, isDone: true }, isDone: true } },
    ],
    [
      'a key allowed after its revocation was reported',
      'revoked key',
      { ...good, attempt: { ...good.attempt, settled: { atMs: 14_000, isDone: true }, isDone: true } },
    ],
    [
      'a revocation that never settles',
      'revoked key',
      { ...good, attempt: { beganAtMs: 1_200, isDone: false } },
    ],
    ['a feed that is not lost', 'feed', { ...good, feed: good.feed.slice(0, 1) }],
    [
      'a feed that is lost too late',
      'feed',
      {
        ...good,
        feed: [
          { atMs: 6_000, what: 'lost' },
          { atMs: 14_000, what: 'connected' },
        ],
      },
    ],
    ['a feed that does not come back', 'feed', { ...good, feed: good.feed.slice(0, 2) }],
    [
      'a feed that comes back too late',
      'feed',
      {
        ...good,
        feed: [
          { atMs: 4_000, what: 'lost' },
          { atMs: 22_000, what: 'connected' },
        ],
      },
    ],
    ['a feed lost without need', 'feed', { ...working, feed: good.feed }],
    ['a feed that is mute afterwards', 'feed', { ...good, afterwardsMs: undefined }],
  ]
  it.each(table)('objects to %s', (_, aspect, episode) => {
    expect(brokenIn(episode)).toContain(aspect)
  })

  it('allows for a machine that let nothing run', () => {
    expect(brokenIn({ ...withSamples(good, { cold: late }), stalledMs: 1_000 })).toEqual([])
  })
})
