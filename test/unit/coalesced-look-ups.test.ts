import { type AuthorizerOptions, createAuthorizer, plainDigest, sha256Digest } from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { type ScriptedQuery, scriptedBatchStore } from '../support/scripted-batches.js'
import { answeringStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const digestOf = sha256Digest()

/** An authorizer, and requests by the names of their keys. */
function open(options: Partial<AuthorizerOptions> = {}) {
  const store = scriptedBatchStore()
  const authorizer = createAuthorizer({ store, ...options })
  const ask = async (id: string) => {
    const decision = await authorizer.authorize(requestWith(id))
    const cause = decision.allowed ? undefined : decision.cause
    return typeof cause === 'object' ? cause.code : outcomeOf(decision)
  }
  const query = (index: number) => store.queries[index] as ScriptedQuery
  return { store, authorizer, ask, query }
}

/** The same with a query for `first` under way, and these waiting for the next. */
async function openWaiting(ids: readonly string[], options: Partial<AuthorizerOptions> = {}) {
  const opened = open(options)
  const first = opened.ask('first')
  const outcomes = ids.map((id) => opened.ask(id))
  await turn()
  return { ...opened, first, outcomes }
}

/** The same with the waiting ones sent, in the second query. */
async function openBatch(ids: readonly string[], options: Partial<AuthorizerOptions> = {}) {
  const opened = await openWaiting(ids, options)
  opened.query(0).answer(recordOf('first'))
  await opened.first
  await turn()
  return { ...opened, batch: opened.query(1) }
}

describe('which look-ups go out together', () => {
  it('the first goes out at once and alone', () => {
    const { store, ask } = open()
    void ask('a')
    expect(store.queries.map(({ asked }) => asked)).toEqual([digestOf('a')])
  })

  it('those that come while it is under way, when it is answered, each digest once', async () => {
    const { store } = await openBatch(['a', 'b', 'a', 'c'])
    expect(store.queries.map(({ asked }) => asked)).toEqual([
      digestOf('first'),
      [digestOf('a'), digestOf('b'), digestOf('c')],
    ])
  })

  it('one that waited alone is asked for alone', async () => {
    const { batch } = await openBatch(['a'])
    expect(batch.asked).toBe(digestOf('a'))
  })

  it('those that were answered together and ask again in the same turn', async () => {
    const { store, ask, batch, outcomes } = await openBatch(['a', 'b'])
    const again = outcomes.map(async (outcome, index) => {
      await outcome
      return ask(`again-${index}`)
    })
    batch.answer([])
    await turn()
    await turn()
    expect(store.queries[2]?.asked).toEqual([digestOf('again-0'), digestOf('again-1')])
    store.queries[2]?.answer([recordOf('again-0'), recordOf('again-1')])
    expect(await Promise.all(again)).toEqual(['allowed', 'allowed'])
  })

  it('no more than 500 in one query', async () => {
    const ids = Array.from({ length: 600 }, (_, index) => `key-${index}`)
    const { store, outcomes } = await openBatch(ids)
    const [, ...batches] = store.queries
    expect(batches.map(({ asked }) => asked.length)).toEqual([500, 100])
    for (const { asked, answer } of batches) {
      answer(ids.map((id) => recordOf(id)).filter(({ digest }) => asked.includes(digest)))
    }
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['allowed']))
  })

  it('none waits longer than 2 ms for the answer to others', async () => {
    const { store, ask } = open()
    void ask('hangs')
    const outcome = ask('a')
    void ask('b')
    vi.advanceTimersByTime(1)
    expect(store.queries).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(store.queries[1]?.asked).toEqual([digestOf('a'), digestOf('b')])
    store.queries[1]?.answer([recordOf('a')])
    expect(await outcome).toBe('allowed')
  })

  it('none, if the store finds one key at a time only', async () => {
    const store = answeringStore(() => new Promise(() => {}))
    const { ask } = open({ store })
    for (const id of ['a', 'b', 'c']) void ask(id)
    expect(store.reads).toEqual(['a', 'b', 'c'].map(digestOf))
  })

  it('none after an answer, as long as they come one after the other', async () => {
    const { store, ask, query } = open()
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      const outcome = ask(id)
      query(index).answer(recordOf(id))
      expect(await outcome).toBe('allowed')
    }
    expect(store.queries.map(({ asked }) => asked)).toEqual(['a', 'b', 'c'].map(digestOf))
  })
})

const stray = (id: string) => ({ ...recordOf(id), digest: digestOf(id).toUpperCase() })

describe('each look-up has its own answer', () => {
  it.each<[title: string, answer: unknown, a: string, b: string]>([
    ['both records, in any order', [recordOf('b'), recordOf('a')], 'allowed', 'allowed'],
    ['no record', [], 'unknown_key', 'unknown_key'],
    ['one record', [recordOf('b')], 'unknown_key', 'allowed'],
    ['one deactivated', [recordOf('a', { activated: false }), recordOf('b')], 'deactivated', 'allowed'],
    [
      'one that cannot be used',
      [{ ...recordOf('a'), activated: 1 }, recordOf('b')],
      'invalid_record',
      'allowed',
    ],
    [
      'a bad IP rule',
      [recordOf('a', { allowedIps: ['nowhere'] }), recordOf('b')],
      'invalid_ip_rule',
      'allowed',
    ],
    ['one twice', [recordOf('a'), recordOf('a'), recordOf('b')], 'invalid_record', 'allowed'],
    ['another spelling of a digest', [stray('a'), recordOf('b')], 'invalid_record', 'allowed'],
    ['a record of nobody', [recordOf('c'), recordOf('a')], 'allowed', 'invalid_record'],
    [
      'a record without a digest',
      [{ ...recordOf('a'), digest: undefined }, recordOf('b')],
      'invalid_record',
      'allowed',
    ],
    ['null among the records', [null, recordOf('b')], 'invalid_record', 'allowed'],
    ['a hole', new Array(1), 'invalid_record', 'invalid_record'],
    ['no list but null', null, 'invalid_record', 'invalid_record'],
    ['no list but a record', recordOf('a'), 'invalid_record', 'invalid_record'],
    ['no list but undefined', undefined, 'invalid_record', 'invalid_record'],
    [
      'a record that refuses to be looked at',
      [
        Object.defineProperty({}, 'digest', {
          get() {
            throw new Error('no')
          },
        }),
        recordOf('b'),
      ],
      'invalid_record',
      'allowed',
    ],
  ])('%s', async (_, answer, a, b) => {
    const { batch, outcomes, store, ask } = await openBatch(['a', 'b'])
    batch.answer(answer)
    expect(await Promise.all(outcomes)).toEqual([a, b])

    // What failed is asked for again, and nothing else is.
    await turn()
    const failed = [a, b].filter((outcome) => outcome.startsWith('invalid'))
    for (const id of ['a', 'b']) void ask(id)
    vi.advanceTimersByTime(5)
    expect(store.queries.slice(2).flatMap(({ asked }) => asked)).toHaveLength(failed.length)
  })

  it('a query that fails fails all of its look-ups, and no other', async () => {
    const { batch, outcomes, ask, query } = await openBatch(['a', 'b'])
    const waiting = ask('c')
    batch.fail(Object.assign(new Error('secret'), { code: 'ECONNRESET' }))
    expect(await Promise.all(outcomes)).toEqual(['store_failed', 'store_failed'])
    await turn()
    query(2).answer(recordOf('c'))
    expect(await waiting).toBe('allowed')
  })

  it('a store that throws at once is one that fails', async () => {
    const { outcomes, query, first, store } = await openWaiting(['a', 'b'])
    store.findManyByDigest = () => {
      throw new Error('no')
    }
    query(0).answer(null)
    await first
    expect(await Promise.all(outcomes)).toEqual(['store_failed', 'store_failed'])
  })

  it('Reference IDs in clear are told apart byte by byte', async () => {
    const { batch, outcomes } = await openBatch(['key', 'KEY'], { digest: plainDigest() })
    expect(batch.asked).toEqual(['plain:key', 'plain:KEY'])
    batch.answer([{ ...recordOf('key'), digest: 'plain:key' }])
    expect(await Promise.all(outcomes)).toEqual(['allowed', 'unknown_key'])
  })
})

describe('deadlines', () => {
  it('each has its own, from the moment when it was asked for', async () => {
    const { ask, query, store } = open({ storeTimeoutMs: 100 })
    const first = ask('first')
    vi.advanceTimersByTime(3)
    const a = ask('a')
    vi.advanceTimersByTime(1)
    const b = ask('b')
    vi.advanceTimersByTime(96)
    expect(await first).toBe('store_timeout')
    expect(query(0).signal.aborted).toBe(true)
    vi.advanceTimersByTime(3)
    expect(await a).toBe('store_timeout')
    // Somebody still waits for the second query.
    expect(query(1).signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await b).toBe('store_timeout')
    expect(query(1).signal.aborted).toBe(true)
    expect(store.queries).toHaveLength(2)
  })

  it('one that is over does not keep the others from their answer', async () => {
    const { ask, query } = open({ storeTimeoutMs: 100 })
    void ask('hangs')
    const a = ask('a')
    vi.advanceTimersByTime(1)
    const b = ask('b')
    vi.advanceTimersByTime(99)
    expect(await a).toBe('store_timeout')
    query(1).answer([recordOf('a'), recordOf('b')])
    expect(await b).toBe('allowed')
    expect(query(1).signal.aborted).toBe(false)
  })

  it.each<[what: string, end: (query: ScriptedQuery) => void]>([
    ['answered', (query) => query.answer([])],
    ['that failed', (query) => query.fail(new Error('down'))],
  ])('the signal of a query %s is not aborted', async (_, end) => {
    const { batch, outcomes } = await openBatch(['a', 'b'])
    const { signal } = batch
    end(batch)
    await Promise.all(outcomes)
    vi.advanceTimersByTime(5_000)
    expect(signal.aborted).toBe(false)
  })

  it('one that is over before it was sent is not sent', async () => {
    const { ask, store } = open({ storeTimeoutMs: 2 })
    const outcomes = [ask('first'), ask('a'), ask('b')]
    vi.advanceTimersByTime(2)
    outcomes.push(ask('c'))
    vi.advanceTimersByTime(2)
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['store_timeout']))
    await turn()
    vi.advanceTimersByTime(10)
    expect(store.queries.flatMap(({ asked }) => asked)).toEqual(['first', 'a', 'b'].map(digestOf))
  })

  it('a query that was given up does not hold back the next', async () => {
    const { ask, query } = open({ storeTimeoutMs: 50 })
    const hanging = ask('hangs')
    vi.advanceTimersByTime(50)
    expect(await hanging).toBe('store_timeout')
    const next = ask('next')
    expect(query(1).asked).toBe(digestOf('next'))
    query(1).answer(recordOf('next'))
    expect(await next).toBe('allowed')
  })

  it('an answer that comes too late changes nothing', async () => {
    const { ask, query } = open({ storeTimeoutMs: 50 })
    void ask('first')
    const outcomes = [ask('a'), ask('b')]
    vi.advanceTimersByTime(50)
    expect(await Promise.all(outcomes)).toEqual(['store_timeout', 'store_timeout'])
    query(1).answer([recordOf('a'), recordOf('b')])
    await turn()
    void ask('a')
    expect(query(2).asked).toBe(digestOf('a'))
  })

  it('leave no timer behind', async () => {
    const { batch, outcomes } = await openBatch(['a', 'b'])
    batch.answer([recordOf('a')])
    await Promise.all(outcomes)
    await turn()
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('maxConcurrentLookups counts a look-up that was given up and then answered once', async () => {
  const { ask, query } = open({ storeTimeoutMs: 50, maxConcurrentLookups: 1 })
  const first = ask('a')
  vi.advanceTimersByTime(50)
  expect(await first).toBe('store_timeout')
  query(0).answer(recordOf('a'))
  await turn()
  void ask('b')
  expect(await ask('c')).toBe('store_overloaded')
})

it('maxConcurrentLookups counts those that wait to be sent', async () => {
  const { ask, batch, outcomes } = await openBatch(['a', 'b', 'c'], { maxConcurrentLookups: 4 })
  const more = ask('d')
  expect(await ask('e')).toBe('store_overloaded')
  batch.answer([recordOf('a')])
  expect(await Promise.all(outcomes)).toEqual(['allowed', 'unknown_key', 'unknown_key'])
  await turn()
  void more
})

describe('what is read and what is kept', () => {
  it.each(['invalidate', 'flush'] as const)(
    '%s: what is under way answers who waits, and nobody else',
    async (act) => {
      const { authorizer, ask, batch, outcomes, query } = await openBatch(['a', 'b'])
      if (act === 'flush') authorizer.flush()
      else authorizer.invalidate(digestOf('a'))
      const later = ask('a')
      batch.answer([recordOf('a'), recordOf('b')])
      expect(await Promise.all(outcomes)).toEqual(['allowed', 'allowed'])
      await turn()
      query(2).answer(recordOf('a', { activated: false }))
      expect(await later).toBe('deactivated')
      expect(await ask('a')).toBe('deactivated')
    },
  )

  it('invalidate: what waits to be sent answers who waits, and is not kept', async () => {
    const { authorizer, ask, outcomes, query, first } = await openWaiting(['a', 'b'])
    authorizer.invalidate(digestOf('a'))
    const later = ask('a')
    query(0).answer(null)
    await first
    await turn()
    expect(query(1).asked).toEqual([digestOf('a'), digestOf('b')])
    query(1).answer([recordOf('a'), recordOf('b')])
    expect(await Promise.all([...outcomes, later])).toEqual(['allowed', 'allowed', 'allowed'])
  })

  it('an age counts from when the query was sent', async () => {
    const { ask, store, query } = open({ cache: { maxAgeMs: 1_000, unknownMaxAgeMs: 1_000 } })
    void ask('hangs')
    vi.advanceTimersByTime(3)
    const outcomes = [ask('a'), ask('b')]
    vi.advanceTimersByTime(2)
    vi.advanceTimersByTime(500)
    query(1).answer([recordOf('a')])
    expect(await Promise.all(outcomes)).toEqual(['allowed', 'unknown_key'])
    vi.advanceTimersByTime(499)
    expect(await Promise.all([ask('a'), ask('b')])).toEqual(['allowed', 'unknown_key'])
    vi.advanceTimersByTime(1)
    void ask('a')
    void ask('b')
    vi.advanceTimersByTime(5)
    expect(store.queries.slice(2).flatMap(({ asked }) => asked)).toEqual([digestOf('a'), digestOf('b')])
  })

  it('maxAgeMs 0 reads for every request, also for those that wait to be sent', async () => {
    const { ask, query, store } = open({ cache: { maxAgeMs: 0, unknownMaxAgeMs: 0 } })
    void ask('first')
    const waiting = [ask('a'), ask('a')]
    vi.advanceTimersByTime(5)
    query(1).answer(recordOf('a'))
    await turn()
    for (const { answer } of store.queries.slice(1)) answer([recordOf('a')])
    expect((await Promise.all(waiting)).every((outcome) => outcome === 'allowed')).toBe(true)
    void ask('a')
    vi.advanceTimersByTime(5)
    expect(
      store.queries.flatMap(({ asked }) => asked).filter((asked) => asked === digestOf('a')),
    ).toHaveLength(2)
  })

  it('without a cache, those that wait go out together too', async () => {
    const { batch, outcomes } = await openBatch(['a', 'b', 'a'], { cache: false })
    expect(batch.asked).toEqual([digestOf('a'), digestOf('b')])
    batch.answer([recordOf('a'), recordOf('b')])
    expect(await Promise.all(outcomes)).toEqual(['allowed', 'allowed', 'allowed'])
  })
})
