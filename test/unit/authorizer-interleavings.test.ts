import { type Authorizer, createAuthorizer, type Decision, type KeyStore } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { feedDouble } from '../support/feed-double.js'
import { applyStep, type Found, initialModel, interleavings, type Step } from '../support/interleavings.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { scriptedStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')

describe('every interleaving of requests, reads, a write and what is said of it', () => {
  // Small, because a new one is made for every script.
  const cache = { maxEntries: 2, maxUnknown: 2 }
  type World = { readonly authorizer: Authorizer; readonly drop: () => void }
  const means: Readonly<Record<string, (store: KeyStore) => World>> = {
    invalidate(store) {
      const authorizer = createAuthorizer({ store, cache })
      return { authorizer, drop: () => authorizer.invalidate(good.digest) }
    },
    flush(store) {
      const authorizer = createAuthorizer({ store, cache })
      return { authorizer, drop: () => authorizer.flush() }
    },
    'changed of the feed': (store) => withFeed(store, (feed) => feed.changed(good.digest)),
    'flush of the feed': (store) => withFeed(store, (feed) => feed.flush()),
    'connected of the feed': (store) => withFeed(store, (feed) => feed.connected()),
    'changed of the store'(store) {
      const feed = feedDouble()
      return {
        authorizer: createAuthorizer({ store: { ...store, changes: feed.feed }, cache }),
        drop: () => feed.changed(good.digest),
      }
    },
  }

  function withFeed(store: KeyStore, tell: (feed: ReturnType<typeof feedDouble>) => void): World {
    const feed = feedDouble()
    const authorizer = createAuthorizer({ store, cache, changes: feed.feed })
    feed.connected()
    return { authorizer, drop: () => tell(feed) }
  }

  const off = { ...good, activated: false }
  const writes = {
    'is deactivated': { old: good, new: off },
    'is deleted': { old: good, new: null },
    'is created': { old: null, new: good },
  } as const
  type Write = (typeof writes)[keyof typeof writes]

  const outcomeOfRecord = (record: typeof good | null) =>
    record === null ? 'unknown_key' : record.activated ? 'allowed' : 'deactivated'
  const outcomeOfFound = (found: Found, write: Write) =>
    found === 'failure' ? 'store_unavailable' : outcomeOfRecord(write[found])

  /** Plays the steps; `settle` lets pass what is to pass between two of them. */
  async function play(
    steps: readonly Step[],
    write: Write,
    open: (store: KeyStore) => World,
    settle: () => Promise<void>,
  ) {
    const store = scriptedStore()
    const { authorizer, drop } = open(store)
    const decisions: Promise<Decision>[] = []
    const outcomes: (string | undefined)[] = []
    let readsBeforeWrite = Number.POSITIVE_INFINITY
    for (const step of steps) {
      if (step.kind === 'request') {
        const request = decisions.length
        decisions.push(authorizer.authorize(requestWith('good')))
        decisions[request]?.then((decision) => {
          outcomes[request] = outcomeOf(decision)
        })
      } else if (step.kind === 'write') {
        readsBeforeWrite = store.reads.length
      } else if (step.kind === 'drop') {
        drop()
      } else if (step.found === 'failure') {
        store.reads[step.read]?.fail(new Error('down'))
      } else {
        // A read that the model saw issued before the write may have been joined to an earlier one.
        store.reads[step.read]?.answer(write[step.read < readsBeforeWrite ? step.found : 'new'])
      }
      await settle()
    }
    return { store, authorizer, decisions, outcomes }
  }

  const texts = (steps: readonly Step[]) =>
    steps.map((step) => (step.kind === 'answer' ? `${step.found} to ${step.read}` : step.kind)).join(', ')

  const cases = [
    ...Object.keys(means).map((name) => [name, 'is deactivated'] as const),
    ['invalidate', 'is deleted'],
    ['invalidate', 'is created'],
  ] as [keyof typeof means, keyof typeof writes][]

  it.each(cases)('agrees with the model: %s, the key %s', async (how, what) => {
    const write = writes[what]
    const wrong: unknown[] = []
    let played = 0
    for (const steps of interleavings(4)) {
      const model = steps.reduce(applyStep, initialModel)
      const expected = model.judgedBy.map((found) => outcomeOfFound(found as Found, write))
      const { store, outcomes } = await play(steps, write, means[how] as (store: KeyStore) => World, turn)
      const stale = model.afterDrop.some(
        (after, request) => after && outcomes[request] === outcomeOfRecord(write.old),
      )
      if (stale || String(outcomes) !== String(expected) || store.reads.length !== model.reads.length) {
        wrong.push({ steps: texts(steps), outcomes, expected, stale })
      }
      played++
    }
    expect(wrong).toEqual([])
    expect(played).toBe(1_668)
  })

  // Between an answer and what comes of it lie several microtasks; here the next step falls into each gap.
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12])(
    'a request after the drop never sees the old record, with %i microtasks between the steps',
    async (microtasks) => {
      const write = writes['is deactivated']
      const wrong: unknown[] = []
      const settle = async () => {
        for (let i = 0; i < microtasks; i++) await undefined
      }
      for (const how of ['invalidate', 'flush']) {
        for (const steps of interleavings(3)) {
          const { afterDrop } = steps.reduce(applyStep, initialModel)
          const world = means[how] as (store: KeyStore) => World
          const { store, authorizer, decisions } = await play(steps, write, world, settle)
          // Where requests shared no read that the model saw them share, more reads are waiting.
          for (const read of store.reads) read.answer(write.new)
          const outcomes = (await Promise.all(decisions)).map(outcomeOf)
          const last = authorizer.authorize(request)
          store.reads.at(-1)?.answer(write.new)
          outcomes.push(outcomeOf(await last))
          if (outcomes.some((outcome, index) => (afterDrop[index] ?? true) && outcome === 'allowed')) {
            wrong.push({ how, steps: texts(steps), outcomes })
          }
        }
      }
      expect(wrong).toEqual([])
    },
  )
})
