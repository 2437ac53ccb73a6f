import { createAuthorizer } from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { feedDouble } from '../support/feed-double.js'
import {
  applyFeedStep,
  type FeedStep,
  type Found,
  feedInterleavings,
  initialFeedModel,
} from '../support/feed-interleavings.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { scriptedStore } from '../support/scripted-store.js'

useFakeClock()

const lostFeedMaxAgeMs = 5_000
const good = recordOf('good')
const off = { ...good, activated: false }

const writes = {
  'is deactivated': { old: good, new: off },
  'is deleted': { old: good, new: null },
  'is created': { old: null, new: good },
} as const
type Write = (typeof writes)[keyof typeof writes]

const outcomeOfRecord = (record: typeof good | null) =>
  record === null ? 'unknown_key' : record.activated ? 'allowed' : 'deactivated'

function outcomeOfFound(found: Found | undefined, write: Write): string | undefined {
  if (found === undefined) return undefined
  return found === 'failure' ? 'store_unavailable' : outcomeOfRecord(write[found])
}

/** Plays the steps on an authorizer of its own; what each request was answered, and how often the store was read. */
async function play(steps: readonly FeedStep[], write: Write) {
  const feed = feedDouble()
  const store = scriptedStore()
  const authorizer = createAuthorizer({
    store,
    changes: feed.feed,
    // Small, because a new one is made for every script; nothing but the feed limits the age of what it holds.
    cache: { maxEntries: 2, maxUnknown: 2, maxAgeMs: 60_000, unknownMaxAgeMs: 60_000, lostFeedMaxAgeMs },
    storeTimeoutMs: 60_000,
  })
  feed.connected()
  const act: { readonly [Kind in Exclude<FeedStep['kind'], 'request' | 'answer'>]: () => void } = {
    write: () => {},
    message: () => feed.changed(good.digest),
    flush: () => feed.flush(),
    disconnect: () => feed.lost(),
    reconnect: () => feed.connected(),
    lapse: () => void vi.advanceTimersByTime(lostFeedMaxAgeMs),
  }
  const outcomes: (string | undefined)[] = []
  for (const step of steps) {
    if (step.kind === 'request') {
      const request = outcomes.push(undefined) - 1
      authorizer.authorize(requestWith('good')).then((decision) => {
        outcomes[request] = outcomeOf(decision)
      })
    } else if (step.kind === 'answer') {
      if (step.found === 'failure') store.reads[step.read]?.fail(new Error('down'))
      else store.reads[step.read]?.answer(write[step.found])
    } else {
      act[step.kind]()
    }
    for (let microtask = 0; microtask < 12; microtask++) await undefined
  }
  vi.clearAllTimers()
  return { outcomes, reads: store.reads.length }
}

const texts = (steps: readonly FeedStep[]) =>
  steps.map((step) => (step.kind === 'answer' ? `${step.found} to ${step.read}` : step.kind)).join(', ')

/** The scripts in which the authorizer does other than the model, or passes what was revoked. */
async function disagreements(requests: number, events: readonly FeedStep['kind'][], write: Write) {
  const wrong: unknown[] = []
  let played = 0
  for (const steps of feedInterleavings(requests, events)) {
    const model = steps.reduce(applyFeedStep, initialFeedModel)
    const expected = model.judgedBy.map((found) => outcomeOfFound(found, write))
    const { outcomes, reads } = await play(steps, write)
    const stale = model.afterRevocation.some(
      (after, request) => after && outcomes[request] === outcomeOfRecord(write.old),
    )
    if (stale || String(outcomes) !== String(expected) || reads !== model.reads.length) {
      wrong.push({ steps: texts(steps), outcomes, expected, stale })
    }
    played++
  }
  return { wrong, played }
}

describe('every interleaving of loads, a write elsewhere and what a feed says or fails to say of it', () => {
  const all = ['write', 'message', 'flush', 'disconnect', 'reconnect', 'lapse'] as const

  it.each([
    ['one request', 1, all, 5_894],
    ['two requests, without a flush', 2, all.filter((kind) => kind !== 'flush'), 14_512],
    [
      'three requests, without a flush and the passing of time',
      3,
      ['write', 'message', 'disconnect', 'reconnect'],
      13_212,
    ],
    ['two requests', 2, all, 163_694],
  ] as const)(
    '%s: no request after a revocation that was heard of is allowed',
    async (_, requests, events, count) => {
      const { wrong, played } = await disagreements(requests, events, writes['is deactivated'])
      expect(wrong).toEqual([])
      expect(played).toBe(count)
    },
    240_000,
  )

  it.each(['is deleted', 'is created'] as const)(
    'the same where the key %s',
    async (what) => {
      const { wrong } = await disagreements(1, all, writes[what])
      expect(wrong).toEqual([])
    },
    60_000,
  )
})
