import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ChangeFeed, type ChangeListener, createAuthorizer } from 'rest-api-key'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { overheard } from '../support/recording-listener.js'
import { answeringStore } from '../support/scripted-store.js'
import { type Campaign, campaignOf } from './campaign.js'
import { scriptedFeeds } from './scripted-feeds.js'

const ids = ['first', 'second', 'third'] as const
const digestOf = (id: string) => recordOf(id).digest

/** What is no text, by names that a report can show. */
const oddities = {
  undefined,
  null: null,
  zero: 0,
  true: true,
  list: [digestOf('first')],
  object: { digest: digestOf('first') },
  'text as an object': new String(digestOf('first')),
  symbol: Symbol('digest'),
  'object that throws': {
    toString() {
      throw new Error('toString')
    },
  },
} as const

const text = fc.oneof(
  fc.constantFrom(
    ...ids,
    ...ids.map(digestOf),
    ...ids.map((id) => digestOf(id).toUpperCase()),
    digestOf('nobody'),
  ),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'plain:first',
    '*',
    `${digestOf('first')}\n`,
    ` ${digestOf('first')}`,
    '{"digest":1}',
  ),
  fc.constantFrom('x'.repeat(300), 'x'.repeat(301), 'x'.repeat(8_000), '__proto__', 'ä', '\ud800'),
  fc.string({ maxLength: 8, unit: 'binary' }),
)
const key = fc.nat(ids.length - 1)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), key, active: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('text' as const), text }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('oddity' as const),
      name: fc.constantFrom(...(Object.keys(oddities) as (keyof typeof oddities)[])),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mishap' as const), which: fc.nat(7) }) },
)

/** By the documentation of the messages: what is no digest stands for any key. */
function standsForAny(message: unknown): boolean {
  if (typeof message !== 'string' || message.length === 0 || message.length > 300) return true
  return message.startsWith('plain:') || [...message].some((character) => character < '!' || character > '~')
}

/**
 * Messages of feeds, in any order, several times, malformed or not at all: whoever has been told of a revocation, or that
 * anything may have changed, lets the key pass no more; nothing that is told makes a key, and nothing ends the process.
 *
 * @param wrap What is under test: the feed as the authorizer has it.
 */
export function feedsCampaign(wrap: (feed: ChangeFeed) => ChangeFeed = (feed) => feed): Campaign {
  return campaignOf({
    name: 'feeds',
    inputs: fc.record({
      over: fc.constantFrom(...(Object.keys(scriptedFeeds) as (keyof typeof scriptedFeeds)[])),
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    }),
    async check({ over, steps }) {
      const { feed, tell, mishaps } = scriptedFeeds[over]()
      const heard = newsCounter()
      const isActive = new Map<string, boolean>(ids.map((id) => [id, true]))
      /** What the authorizer must know by now; nothing where it cannot have heard of the last change. */
      const known = new Map<string, boolean>(isActive)
      const store = answeringStore((digest) => {
        const id = ids.find((one) => digestOf(one) === digest)
        return id === undefined ? null : recordOf(id, { activated: isActive.get(id) as boolean })
      })
      const authorizer = createAuthorizer({
        store,
        changes: wrap(overheard(feed, heard.listener)),
        cache: { lostFeedMaxAgeMs: 0 },
      })
      const changed = (...which: readonly string[]) => {
        for (const id of which) known.set(id, isActive.get(id) as boolean)
      }
      const bring = async (act: () => void) => {
        await heard.untilConnected()
        const before = heard.count()
        act()
        await heard.untilMoreThan(before)
      }
      try {
        for (const one of steps) {
          if (one.do === 'ask') {
            const id = ids[one.key] as string
            const outcome = outcomeOf(await authorizer.authorize(requestWith(id)))
            assert.ok(outcome === 'allowed' || outcome === 'deactivated', outcome)
            const expected = known.get(id)
            if (expected !== undefined) assert.equal(outcome, expected ? 'allowed' : 'deactivated')
          } else if (one.do === 'set') {
            const id = ids[one.key] as string
            if (isActive.get(id) !== one.active) known.delete(id)
            isActive.set(id, one.active)
          } else if (one.do === 'tell') {
            const id = ids[one.key] as string
            await bring(() => tell(digestOf(id)))
            changed(id)
          } else if (one.do === 'mishap') {
            await bring(mishaps[one.which % mishaps.length] as () => void)
            changed(...ids)
          } else {
            const message = one.do === 'text' ? one.text : oddities[one.name]
            await bring(() => tell(message))
            changed(...(standsForAny(message) ? ids : ids.filter((id) => digestOf(id) === message)))
          }
        }
        assert.equal(outcomeOf(await authorizer.authorize(requestWith('nobody'))), 'unknown_key')
      } finally {
        await authorizer.close()
      }
    },
  })
}

/** Counts what a feed tells, and waits for more. */
function newsCounter() {
  let count = 0
  let isConnected = false
  let wake = () => {}
  const note = (connected: boolean) => () => {
    count++
    isConnected = connected
    wake()
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const other = () => note(isConnected)()
  const listener: ChangeListener = { connected: note(true), lost: note(false), changed: other, flush: other }
  return {
    listener,
    count: () => count,
    untilConnected: () => until(() => isConnected),
    untilMoreThan: (before: number) => until(() => count > before),
  }
}
