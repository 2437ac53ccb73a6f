import {
  type Authorizer,
  type AuthorizerOptions,
  type ChangeFeed,
  type ChangeListener,
  createAuthorizer,
  memoryStore,
  plainDigest,
  sha256Digest,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { feedDouble } from '../support/feed-double.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { expectRefusal } from '../support/refusals.js'
import { answeringStore, scriptedStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')

/** An authorizer with a feed, over a store that knows every key. */
function withFeed(options: Partial<AuthorizerOptions> = {}) {
  const feed = feedDouble()
  const store = answeringStore((digest) => ({ ...good, digest }))
  const authorizer = createAuthorizer({ store, changes: feed.feed, ...options })
  return { feed, store, authorizer }
}

/** For how many milliseconds from now a record that is read now will be used. */
async function maxAgeOf(authorizer: Authorizer, store: { reads: readonly string[] }, limit = 60_000) {
  authorizer.flush()
  await authorizer.authorize(request)
  const reads = store.reads.length
  for (let age = 0; age <= limit; age++) {
    const explanation = await authorizer.explain(request)
    if (explanation.cached?.inUse !== true) {
      await authorizer.authorize(request)
      expect(store.reads).toHaveLength(reads + age + 2)
      return age
    }
    vi.advanceTimersByTime(1)
  }
  return Number.POSITIVE_INFINITY
}

/** Whether each of these keys is still cached: 1 or 0. */
async function cachedOf(authorizer: Authorizer, ids: readonly string[]): Promise<string> {
  const explanations = await Promise.all(ids.map((id) => authorizer.explain(requestWith(id))))
  return explanations.map(({ cached }) => (cached === null ? 0 : 1)).join('')
}

describe('how old a record may be', () => {
  const cache = { maxAgeMs: 300, lostFeedMaxAgeMs: 50 }

  it('without a feed: maxAgeMs', async () => {
    const store = answeringStore(() => good)
    expect(await maxAgeOf(createAuthorizer({ store, cache }), store)).toBe(300)
  })

  it('with a feed that was never connected: lostFeedMaxAgeMs', async () => {
    const { authorizer, store } = withFeed({ cache })
    expect(await maxAgeOf(authorizer, store)).toBe(50)
  })

  it('connected: maxAgeMs and no longer', async () => {
    const { authorizer, store, feed } = withFeed({ cache })
    feed.connected()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
  })

  it('lost: lostFeedMaxAgeMs', async () => {
    const { authorizer, store, feed } = withFeed({ cache })
    feed.connected()
    feed.lost()
    expect(await maxAgeOf(authorizer, store)).toBe(50)
  })

  it('connected again: maxAgeMs', async () => {
    const { authorizer, store, feed } = withFeed({ cache })
    feed.connected()
    feed.lost()
    feed.connected()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
  })

  it('a flush or a change says nothing of the connection', async () => {
    const { authorizer, store, feed } = withFeed({ cache })
    feed.flush()
    feed.changed(good.digest)
    expect(await maxAgeOf(authorizer, store)).toBe(50)
    feed.connected()
    feed.flush()
    feed.changed(good.digest)
    expect(await maxAgeOf(authorizer, store)).toBe(300)
  })

  it.each([
    [{}, 5_000],
    [{ maxAgeMs: 200 }, 200],
    [{ maxAgeMs: 200, lostFeedMaxAgeMs: 200 }, 200],
    [{ maxAgeMs: 200, lostFeedMaxAgeMs: 199 }, 199],
    [{ lostFeedMaxAgeMs: 1 }, 1],
  ])('lost with %o: %i ms', async (options, expected) => {
    const { authorizer, store } = withFeed({ cache: options })
    expect(await maxAgeOf(authorizer, store)).toBe(expected)
  })

  it('a feed that connects while it is being subscribed to is connected', async () => {
    const changes: ChangeFeed = {
      subscribe(listener) {
        listener.connected()
        return async () => {}
      },
    }
    const { authorizer, store } = withFeed({ cache, changes })
    expect(await maxAgeOf(authorizer, store)).toBe(300)
  })
})

describe('when the feed is lost', () => {
  it('a record that is too old by then is not used any longer', async () => {
    const { authorizer, store, feed } = withFeed()
    feed.connected()
    await authorizer.authorize(request)
    vi.advanceTimersByTime(4_999)
    feed.lost()
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(1)
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)
  })

  it('an unknown key is remembered no longer than a record is used', async () => {
    const { authorizer, store, feed } = withFeed({ cache: { lostFeedMaxAgeMs: 100, unknownMaxAgeMs: 1_000 } })
    store.answer = () => null
    feed.connected()
    await authorizer.authorize(request)
    vi.advanceTimersByTime(100)
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(1)
    feed.lost()
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)
  })

  it('lostFeedMaxAgeMs 0 looks every key up, known and unknown', async () => {
    const { authorizer, store, feed } = withFeed({ cache: { lostFeedMaxAgeMs: 0 } })
    feed.connected()
    await authorizer.authorize(request)
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(1)
    feed.lost()
    await authorizer.authorize(request)
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(3)
    store.answer = () => null
    for (let i = 0; i < 3; i++) expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
    expect(store.reads).toHaveLength(6)
  })

  it('lostFeedMaxAgeMs 0 joins no older read', async () => {
    const feed = feedDouble()
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, changes: feed.feed, cache: { lostFeedMaxAgeMs: 0 } })
    feed.connected()
    const first = authorizer.authorize(request)
    const joining = authorizer.authorize(request)
    expect(store.reads).toHaveLength(1)
    feed.lost()
    const own = authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)
    store.reads[1]?.answer({ ...good, activated: false })
    expect(outcomeOf(await own)).toBe('deactivated')
    store.reads[0]?.answer(good)
    expect((await Promise.all([first, joining])).map(outcomeOf)).toEqual(['allowed', 'allowed'])
  })

  it('a read that runs is joined for lostFeedMaxAgeMs only', async () => {
    const feed = feedDouble()
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, changes: feed.feed, cache: { lostFeedMaxAgeMs: 100 } })
    feed.connected()
    const pending = [authorizer.authorize(request)]
    feed.lost()
    vi.advanceTimersByTime(99)
    pending.push(authorizer.authorize(request))
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(1)
    pending.push(authorizer.authorize(request))
    expect(store.reads).toHaveLength(2)
    store.reads[0]?.answer(good)
    store.reads[1]?.answer({ ...good, activated: false })
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual(['allowed', 'allowed', 'deactivated'])
  })
})

describe('when the feed is connected', () => {
  it('drops what was read while it was lost', async () => {
    const { authorizer, store, feed } = withFeed()
    for (const connection of ['never connected', 'lost']) {
      await authorizer.authorize(request)
      const reads = store.reads.length
      feed.connected()
      await authorizer.authorize(request)
      expect(store.reads, connection).toHaveLength(reads + 1)
      feed.lost()
    }
  })

  it('drops what was read before, even if it was never lost', async () => {
    const { authorizer, store, feed } = withFeed()
    feed.connected()
    await authorizer.authorize(request)
    feed.connected()
    await authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)
  })
})

describe('what the feed says', () => {
  const ids = ['a', 'b', 'c']
  const digestOf = sha256Digest()

  async function warm(options: Partial<AuthorizerOptions> = {}) {
    const opened = withFeed(options)
    opened.feed.connected()
    for (const id of ids) await opened.authorizer.authorize(requestWith(id))
    expect(await cachedOf(opened.authorizer, ids)).toBe('111')
    return opened
  }

  it('changed drops that key only', async () => {
    const { authorizer, feed } = await warm()
    feed.changed(digestOf('b'))
    expect(await cachedOf(authorizer, ids)).toBe('101')
  })

  it('changed of a key that is not cached drops none', async () => {
    const { authorizer, feed } = await warm()
    feed.changed(digestOf('d'))
    expect(await cachedOf(authorizer, ids)).toBe('111')
  })

  it('flush drops all', async () => {
    const { authorizer, feed } = await warm()
    feed.flush()
    expect(await cachedOf(authorizer, ids)).toBe('000')
  })

  it('lost drops none', async () => {
    const { authorizer, feed } = await warm()
    feed.lost()
    expect(await cachedOf(authorizer, ids)).toBe('111')
  })

  it('a creation counts as a change', async () => {
    const { authorizer, store, feed } = withFeed()
    feed.connected()
    store.answer = () => null
    expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
    store.answer = () => good
    expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
    feed.changed(good.digest)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })

  it.each<[string, (id: string) => string]>([
    ['a clear-text digest', plainDigest()],
    ['the SHA-256 of a clear-text digest', (id) => digestOf(plainDigest()(id))],
  ])('%s drops that key only', async (_, name) => {
    const { authorizer, feed } = await warm({ digest: plainDigest() })
    feed.changed(name('b'))
    expect(await cachedOf(authorizer, ids)).toBe('101')
  })

  it('a Reference ID in clear, which no feed may carry, drops none', async () => {
    const { authorizer, feed } = await warm({ digest: plainDigest() })
    feed.changed('b')
    expect(await cachedOf(authorizer, ids)).toBe('111')
  })

  const odd: readonly (readonly [string, unknown])[] = [
    ['an empty text', ''],
    ['a blank', ' '],
    ['a text of 10 MB', 'f'.repeat(10_000_000)],
    ['a clear-text digest of 10 MB', `plain:${'f'.repeat(10_000_000)}`],
    ['only the prefix of a clear-text digest', 'plain:'],
    ['a lone surrogate', '\ud800'],
    ['JSON', '{"digest":"0"}'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['an upper-case digest', digestOf('a').toUpperCase()],
    ['a digest with a line break', `${digestOf('a')}\n`],
    ['two digests', `${digestOf('a')},${digestOf('b')}`],
    ['a wildcard', '*'],
  ]

  it.each(odd)('%s drops none and inserts none', async (_, message) => {
    const { authorizer, store, feed } = await warm()
    feed.changed(message as string)
    expect(await cachedOf(authorizer, ids)).toBe('111')
    const reads = store.reads.length
    expect(outcomeOf(await authorizer.authorize(requestWith('d')))).toBe('allowed')
    expect(store.reads).toHaveLength(reads + 1)
  })

  it('a forged digest does not make a key known, or unknown', async () => {
    const { authorizer, store, feed } = withFeed()
    feed.connected()
    store.answer = () => null
    for (let i = 0; i < 3; i++) feed.changed(good.digest)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
    store.answer = () => good
    feed.changed(good.digest)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', { digest: digestOf('a') }],
    ['an array', [digestOf('a')]],
    ['bytes', Buffer.from(digestOf('a'))],
    ['an object without a prototype', Object.create(null)],
    ['an object that cannot be read', new Proxy({}, { get: () => expect.fail('read') })],
    ['a symbol', Symbol('digest')],
    ['a function', () => expect.fail('called')],
  ])('%s, which is no digest, may stand for any: all are dropped', async (_, message) => {
    const { authorizer, feed } = await warm()
    feed.changed(message as string)
    expect(await cachedOf(authorizer, ids)).toBe('000')
  })

  it('100,000 changes of keys that are not there drop none', async () => {
    const { authorizer, feed } = await warm()
    for (let i = 0; i < 100_000; i++) feed.changed(`forged-${i}`)
    expect(await cachedOf(authorizer, ids)).toBe('111')
  })

  it('matters to no request without a cache', async () => {
    const { authorizer, store, feed } = withFeed({ cache: false })
    const messages = [feed.connected, feed.lost, feed.flush, () => feed.changed(good.digest)]
    for (const message of messages) {
      message()
      expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    }
    expect(store.reads).toHaveLength(messages.length)
  })
})

describe("the store's own feed", () => {
  const cache = { maxAgeMs: 300, lostFeedMaxAgeMs: 50 }

  function withOwnFeed(changes?: ChangeFeed) {
    const own = feedDouble()
    const store = answeringStore((digest) => ({ ...good, digest }), { changes: own.feed })
    const authorizer = createAuthorizer({ store, cache, ...(changes && { changes }) })
    return { own, store, authorizer }
  }

  it('is subscribed to without being asked for', async () => {
    const { own, authorizer } = withOwnFeed()
    expect(own.subscribed).toBe(1)
    await authorizer.authorize(request)
    own.changed(good.digest)
    expect(await cachedOf(authorizer, ['good'])).toBe('0')
    await authorizer.authorize(request)
    own.flush()
    expect(await cachedOf(authorizer, ['good'])).toBe('0')
  })

  it('has no connection that matters', async () => {
    const { own, store, authorizer } = withOwnFeed()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
    own.lost()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
  })

  it('is heard beside the other one, whose connection alone matters', async () => {
    const other = feedDouble()
    const { own, store, authorizer } = withOwnFeed(other.feed)
    own.connected()
    expect(await maxAgeOf(authorizer, store)).toBe(50)
    other.connected()
    own.lost()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
    for (const { changed } of [own, other]) {
      await authorizer.authorize(request)
      changed(good.digest)
      expect(await cachedOf(authorizer, ['good'])).toBe('0')
    }
  })

  it('is subscribed to once if it is the other one too, and then its connection matters', async () => {
    const both = feedDouble()
    const store = answeringStore((digest) => ({ ...good, digest }), { changes: both.feed })
    const authorizer = createAuthorizer({ store, cache, changes: both.feed })
    expect(both.subscribed).toBe(1)
    expect(await maxAgeOf(authorizer, store)).toBe(50)
    both.connected()
    expect(await maxAgeOf(authorizer, store)).toBe(300)
    await authorizer.close()
    expect(both.ended).toBe(1)
  })

  it('of the memory store makes what is put or removed act at once', async () => {
    const store = memoryStore()
    const authorizer = createAuthorizer({ store })
    const ask = async () => outcomeOf(await authorizer.authorize(request))
    const key = { id: 'key-1', referenceId: 'good', tenantId: 'acme' }
    expect(await ask()).toBe('unknown_key')
    store.put(key)
    expect(await ask()).toBe('allowed')
    store.put({ ...key, activated: false })
    expect(await ask()).toBe('deactivated')
    store.put(key)
    expect(await ask()).toBe('allowed')
    store.put({ ...key, referenceId: 'better' })
    expect(await ask()).toBe('unknown_key')
    store.put(key)
    store.remove('key-1')
    expect(await ask()).toBe('unknown_key')
    await authorizer.close()
  })
})

describe('close()', () => {
  it('ends every subscription once, however often it is called', async () => {
    const [changes, own] = [feedDouble(), feedDouble()]
    const store = answeringStore(() => good, { changes: own.feed })
    const authorizer = createAuthorizer({ store, changes: changes.feed })
    await Promise.all([authorizer.close(), authorizer.close()])
    await authorizer.close()
    expect([changes.ended, own.ended]).toEqual([1, 1])
  })

  it('waits until the subscriptions have ended', async () => {
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const { authorizer } = withFeed({ changes: { subscribe: () => () => ended } })
    const closed = vi.fn()
    const closing = authorizer.close().then(closed)
    await turn()
    expect(closed).not.toHaveBeenCalled()
    end()
    await closing
    expect(closed).toHaveBeenCalledOnce()
  })

  it.each<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
  ])('fails if a subscription %s at its end, but is closed and ends the others', async (_, end) => {
    const own = feedDouble()
    const store = answeringStore(() => good, { changes: own.feed })
    const authorizer = createAuthorizer({ store, changes: { subscribe: () => end } })
    await expect(authorizer.close()).rejects.toThrow('down')
    expect(own.ended).toBe(1)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('store_unavailable')
  })

  it('leaves messages that come later without effect on what is answered', async () => {
    const { authorizer, feed } = withFeed()
    await authorizer.close()
    feed.connected()
    feed.changed(good.digest)
    feed.changed(undefined as never)
    feed.flush()
    feed.lost()
    expect(outcomeOf(await authorizer.authorize(request))).toBe('store_unavailable')
  })
})

describe('at creation', () => {
  const store = answeringStore(() => good)
  const changes: ChangeFeed = { subscribe: (_: ChangeListener) => async () => {} }

  it.each([
    [{ maxAgeMs: 1_000, lostFeedMaxAgeMs: 1_001 }],
    [{ maxAgeMs: 0, lostFeedMaxAgeMs: 1 }],
    [{ lostFeedMaxAgeMs: 30_001 }],
  ])('lostFeedMaxAgeMs above maxAgeMs is refused, with a feed or without: %o', (cache) => {
    for (const options of [
      { store, cache },
      { store, cache, changes },
    ]) {
      expect(() => createAuthorizer(options)).toThrow(
        expect.objectContaining({
          code: 'invalid_option',
          message: expect.stringMatching(
            /"cache.lostFeedMaxAgeMs" must be at most "cache.maxAgeMs" \(\d+\), not \d+/,
          ),
        }),
      )
    }
  })

  it.each<[string, unknown]>([
    ['a function', () => {}],
    ['an object without subscribe', {}],
    ['true', true],
    ['null', null],
    ['a text', 'feed'],
  ])('%s is refused as a feed', (_, feed) => {
    expect(() => createAuthorizer({ store, changes: feed as ChangeFeed })).toThrow(
      /"changes" must be an object with a method subscribe/,
    )
    expect(() => createAuthorizer({ store: { ...store, changes: feed as ChangeFeed } })).toThrow(
      /"store.changes" must be an object with a method subscribe/,
    )
  })
})

describe('a feed that cannot be subscribed to', () => {
  const store = { findByDigest: async () => null }
  const broken: readonly (readonly [name: string, subscribe: () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['returns nothing', () => undefined],
    ['returns a promise', async () => {}],
  ]
  it.each(broken)(
    'is a mistake of the program if it %s, and leaves no other subscription behind',
    (_, subscribe) => {
      let ended = 0
      const changes = { subscribe: () => async () => void ended++ }
      const wrong = { subscribe } as never
      expect(() => createAuthorizer({ store, changes: wrong })).toThrow()
      expect(() => createAuthorizer({ store: { ...store, changes: wrong }, changes })).toThrow()
      expect(ended).toBe(1)
    },
  )

  it.each<[option: string, options: (changes: never) => object]>([
    ['changes', (changes) => ({ store, changes })],
    ['store.changes', (changes) => ({ store: { ...store, changes } })],
  ])('is named: %s', (option, options) => {
    const create = () => createAuthorizer(options({ subscribe: () => undefined } as never) as never)
    const message = `"${option}" must be a ChangeFeed whose subscribe returns a function, not undefined`
    expectRefusal(create, 'invalid_option', message)
  })
})
