import {
  type Allowed,
  type Authorizer,
  type CacheOptions,
  createAuthorizer,
  plainDigest,
  sha256Digest,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { answeringStore, scriptedStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')

it.each([undefined, null, 7, {}])('invalidate names its argument if it is no digest: %o', (digest) => {
  const { authorizer } = authorizerOn()
  expect(() => authorizer.invalidate(digest as never)).toThrow('"digest" must be a digest')
})

/** An authorizer on one good key, and what it says of a request. */
function authorizerOn(cache: CacheOptions | false = {}, record: unknown = good) {
  const store = answeringStore((digest) => (digest === good.digest ? record : null))
  const authorizer = createAuthorizer({ store, cache })
  const ask = async (more: Parameters<typeof requestWith>[1] = {}) =>
    outcomeOf(await authorizer.authorize({ ...request, ...more }))
  return { store, authorizer, ask }
}

describe('records are cached, verdicts never', () => {
  it('judges tenant and address of every request by the cached record', async () => {
    const { store, ask } = authorizerOn({}, { ...good, allowedIps: ['192.0.2.0/24'] })
    expect(await ask()).toBe('allowed')
    expect(await ask({ tenantId: 'globex' })).toBe('wrong_tenant')
    expect(await ask({ ip: '198.51.100.1' })).toBe('ip_not_allowed')
    expect(await ask({ ip: undefined })).toBe('ip_not_allowed')
    expect(await ask({ ip: '192.0.2.200' })).toBe('allowed')
    expect(await ask({ tenantId: undefined })).toBe('wrong_tenant')
    expect(await ask()).toBe('allowed')
    expect(store.reads).toHaveLength(1)
  })

  it('a refused first use caches a record that others pass with', async () => {
    const { store, ask } = authorizerOn()
    expect(await ask({ tenantId: 'globex' })).toBe('wrong_tenant')
    expect(await ask()).toBe('allowed')
    expect(store.reads).toHaveLength(1)
  })

  it('a key expires while it is cached, at its moment and not before', async () => {
    const { store, ask } = authorizerOn({}, { ...good, expiresAt: new Date(Date.now() + 10_000) })
    vi.advanceTimersByTime(9_999)
    expect(await ask()).toBe('allowed')
    vi.advanceTimersByTime(1)
    expect(await ask()).toBe('expired')
    expect(store.reads).toHaveLength(1)
  })

  it('a deactivation acts with invalidate, and so does the activation after it', async () => {
    const { store, authorizer, ask } = authorizerOn()
    for (const [activated, outcome] of [
      [true, 'allowed'],
      [false, 'deactivated'],
      [true, 'allowed'],
    ] as const) {
      store.answer = () => ({ ...good, activated })
      authorizer.invalidate(good.digest)
      expect(await ask()).toBe(outcome)
      expect(await ask()).toBe(outcome)
    }
    expect(store.reads).toHaveLength(3)
  })

  it('invalidate drops one key, flush drops all', async () => {
    const store = answeringStore((digest) => ({ ...good, digest }))
    const authorizer = createAuthorizer({ store })
    const [a, b] = [requestWith('a'), requestWith('b')]
    const readsOf = async (act: () => void) => {
      act()
      const before = store.reads.length
      for (const one of [a, b]) await authorizer.authorize(one)
      return store.reads.slice(before)
    }
    const [digestOfA, digestOfB] = [sha256Digest()('a'), sha256Digest()('b')]
    expect(await readsOf(() => {})).toEqual([digestOfA, digestOfB])
    expect(await readsOf(() => {})).toEqual([])
    expect(await readsOf(() => authorizer.invalidate(digestOfA))).toEqual([digestOfA])
    expect(await readsOf(() => authorizer.invalidate(sha256Digest()('nobody')))).toEqual([])
    expect(await readsOf(() => authorizer.flush())).toEqual([digestOfA, digestOfB])
  })

  it('authorizers share nothing', async () => {
    const store = answeringStore(() => good)
    const [one, other] = [createAuthorizer({ store }), createAuthorizer({ store })]
    await one.authorize(request)
    await other.authorize(request)
    one.flush()
    await other.authorize(request)
    expect(store.reads).toHaveLength(2)
  })
})

describe('the age of a record', () => {
  it.each([
    ['by default', undefined, 30_000],
    ['of 1 ms', 1, 1],
    ['of an hour', 3_600_000, 3_600_000],
  ])('%s: is used before maxAgeMs, read again at it', async (_, maxAgeMs, limit) => {
    const { store, ask } = authorizerOn(maxAgeMs === undefined ? {} : { maxAgeMs, lostFeedMaxAgeMs: 0 })
    await ask()
    vi.advanceTimersByTime(limit - 1)
    await ask()
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(1)
    await ask()
    expect(store.reads).toHaveLength(2)
  })

  it('does not begin anew when the record is used', async () => {
    const { store, ask } = authorizerOn()
    for (let second = 0; second < 30; second++) {
      await ask()
      vi.advanceTimersByTime(1_000)
    }
    expect(store.reads).toHaveLength(1)
    await ask()
    expect(store.reads).toHaveLength(2)
  })

  it('counts from the moment when its read was issued, not from the answer', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, cache: { maxAgeMs: 1_000 }, storeTimeoutMs: 5_000 })
    const first = authorizer.authorize(request)
    vi.advanceTimersByTime(900)
    store.reads[0]?.answer(good)
    await first
    vi.advanceTimersByTime(99)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const second = authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)
    store.reads[1]?.answer({ ...good, activated: false })
    expect(outcomeOf(await second)).toBe('deactivated')
  })

  it('is over when the answer took longer than maxAgeMs: it answers who waited and nobody else', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, cache: { maxAgeMs: 1_000 }, storeTimeoutMs: 5_000 })
    const first = authorizer.authorize(request)
    vi.advanceTimersByTime(1_500)
    store.reads[0]?.answer(good)
    expect(outcomeOf(await first)).toBe('allowed')
    const second = authorizer.authorize(request)
    store.reads[1]?.answer(null)
    expect(outcomeOf(await second)).toBe('unknown_key')
  })

  it('bounds which running read may be joined', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, cache: { maxAgeMs: 1_000 }, storeTimeoutMs: 5_000 })
    const first = authorizer.authorize(request)
    vi.advanceTimersByTime(999)
    const joining = authorizer.authorize(request)
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const own = authorizer.authorize(request)
    expect(store.reads).toHaveLength(2)

    // The newer answer comes first and is the one to be kept.
    store.reads[1]?.answer({ ...good, activated: false })
    expect(outcomeOf(await own)).toBe('deactivated')
    store.reads[0]?.answer(good)
    expect((await Promise.all([first, joining])).map(outcomeOf)).toEqual(['allowed', 'allowed'])
    expect(outcomeOf(await authorizer.authorize(request))).toBe('deactivated')
  })

  it('maxAgeMs 0 reads for every request, also for those that begin together', async () => {
    const { store, authorizer, ask } = authorizerOn({ maxAgeMs: 0 })
    await ask()
    await ask()
    await Promise.all([authorizer.authorize(request), authorizer.authorize(request)])
    expect(store.reads).toHaveLength(4)
  })

  it('no cache reads for every request, of known and unknown keys', async () => {
    const { store, authorizer, ask } = authorizerOn(false)
    await ask()
    await ask()
    await Promise.all([authorizer.authorize(request), authorizer.authorize(request)])
    expect(store.reads).toHaveLength(4)
    await authorizer.authorize(requestWith('nobody'))
    await authorizer.authorize(requestWith('nobody'))
    expect(store.reads).toHaveLength(6)
    authorizer.invalidate(good.digest)
    authorizer.flush()
    expect(await ask()).toBe('allowed')
  })
})

describe('unknown keys', () => {
  it.each([
    ['by default', undefined, 5_000],
    ['of 1 ms', 1, 1],
  ])(
    '%s: are remembered before unknownMaxAgeMs, looked up again at it',
    async (_, unknownMaxAgeMs, limit) => {
      const { store, ask } = authorizerOn(unknownMaxAgeMs === undefined ? {} : { unknownMaxAgeMs }, null)
      expect(await ask()).toBe('unknown_key')
      vi.advanceTimersByTime(limit - 1)
      expect(await ask()).toBe('unknown_key')
      expect(store.reads).toHaveLength(1)
      vi.advanceTimersByTime(1)
      store.answer = () => good
      expect(await ask()).toBe('allowed')
      expect(store.reads).toHaveLength(2)
    },
  )

  it('are remembered from the moment when the read was issued', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, cache: { unknownMaxAgeMs: 1_000 } })
    const first = authorizer.authorize(request)
    vi.advanceTimersByTime(900)
    store.reads[0]?.answer(null)
    await first
    vi.advanceTimersByTime(100)
    const second = authorizer.authorize(request)
    store.reads[1]?.answer(good)
    expect(outcomeOf(await second)).toBe('allowed')
  })

  it('unknownMaxAgeMs 0 remembers none', async () => {
    const { store, ask } = authorizerOn({ unknownMaxAgeMs: 0 }, null)
    await ask()
    await ask()
    expect(store.reads).toHaveLength(2)
  })

  it.each<[string, (authorizer: Authorizer) => void]>([
    ['invalidate', (authorizer) => authorizer.invalidate(good.digest)],
    ['flush', (authorizer) => authorizer.flush()],
  ])('that are created work at once after %s', async (_, tell) => {
    const { store, authorizer, ask } = authorizerOn({}, null)
    expect(await ask()).toBe('unknown_key')
    store.answer = () => good
    expect(await ask()).toBe('unknown_key')
    tell(authorizer)
    expect(await ask()).toBe('allowed')
    store.answer = () => null
    tell(authorizer)
    expect(await ask()).toBe('unknown_key')
  })

  it('100,000 of them evict no good key', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `good-${index}`)
    const records = new Map(names.map((name) => [sha256Digest()(name), recordOf(name)]))
    const store = answeringStore(async (digest) => records.get(digest) ?? null)
    const authorizer = createAuthorizer({ store, cache: { maxEntries: names.length, maxUnknown: 1_000 } })
    for (const name of names) await authorizer.authorize(requestWith(name))
    for (let flood = 0; flood < 100; flood++) {
      const decisions = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          authorizer.authorize(requestWith(`bad-${flood}-${index}`)),
        ),
      )
      if (decisions.some((decision) => outcomeOf(decision) !== 'unknown_key')) expect.fail('not unknown')
    }
    expect(store.reads).toHaveLength(names.length + 100_000)
    for (const name of names) expect(outcomeOf(await authorizer.authorize(requestWith(name)))).toBe('allowed')
    expect(store.reads).toHaveLength(names.length + 100_000)
  })

  it('are forgotten beyond maxUnknown, the one that was not asked for the longest first', async () => {
    const store = answeringStore(() => null)
    const authorizer = createAuthorizer({ store, cache: { maxUnknown: 2 } })
    const ask = (id: string) => authorizer.authorize(requestWith(id))
    for (const id of ['a', 'b', 'a', 'c']) await ask(id)
    expect(store.reads).toHaveLength(3)
    await ask('a')
    await ask('c')
    expect(store.reads).toHaveLength(3)
    await ask('b')
    expect(store.reads).toHaveLength(4)
  })
})

describe('maxEntries', () => {
  it('evicts the record that was not used for the longest', async () => {
    const store = answeringStore((digest) => ({ ...good, digest }))
    const authorizer = createAuthorizer({ store, cache: { maxEntries: 2 } })
    const ask = async (id: string) =>
      expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')
    for (const id of ['a', 'b', 'a', 'c']) await ask(id)
    expect(store.reads).toHaveLength(3)
    await ask('a')
    await ask('c')
    expect(store.reads).toHaveLength(3)
    await ask('b')
    expect(store.reads).toHaveLength(4)
  })

  it('evicts no read that runs: more keys at once than entries are all answered', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, cache: { maxEntries: 1, maxUnknown: 1 } })
    const pending = Array.from({ length: 50 }, (_, index) =>
      authorizer.authorize(requestWith(`key-${index}`)),
    )
    for (const read of store.reads) read.answer({ ...good, digest: read.digest })
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual(Array(50).fill('allowed'))
  })
})

describe('single flight', () => {
  it.each<[string, unknown, string]>([
    ['a good key', good, 'allowed'],
    ['an unknown key', null, 'unknown_key'],
    ['a bad record', undefined, 'store_unavailable'],
  ])('1,000 first uses of %s at once are one read', async (_, answer, outcome) => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const pending = Array.from({ length: 1_000 }, () => authorizer.authorize(request))
    expect(store.reads).toHaveLength(1)
    store.reads[0]?.answer(answer)
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual(Array(1_000).fill(outcome))
    expect(store.reads).toHaveLength(1)
  })

  it('is for one key: each of several has its own read and its own answer', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const pending = ['a', 'b', 'a', 'b'].map((id) => authorizer.authorize(requestWith(id)))
    expect(store.reads).toHaveLength(2)
    store.reads[1]?.answer(null)
    store.reads[0]?.answer(recordOf('a'))
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual([
      'allowed',
      'unknown_key',
      'allowed',
      'unknown_key',
    ])
  })

  it('those who wait together are judged apart', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const pending = ['acme', 'globex', 'acme'].map((tenantId) =>
      authorizer.authorize({ ...request, tenantId }),
    )
    store.reads[0]?.answer(good)
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual(['allowed', 'wrong_tenant', 'allowed'])
  })
})

it('what is dropped during a read is not cached when the read ends, and its failure hurts nobody else', async () => {
  const store = scriptedStore()
  const authorizer = createAuthorizer({ store })
  const before = authorizer.authorize(request)
  authorizer.invalidate(good.digest)
  const after = authorizer.authorize(request)
  const joining = authorizer.authorize(request)
  expect(store.reads).toHaveLength(2)
  store.reads[0]?.fail(new Error('down'))
  expect(outcomeOf(await before)).toBe('store_unavailable')
  store.reads[1]?.answer({ ...good, activated: false })
  expect((await Promise.all([after, joining])).map(outcomeOf)).toEqual(['deactivated', 'deactivated'])
  expect(outcomeOf(await authorizer.authorize(request))).toBe('deactivated')
  expect(store.reads).toHaveLength(2)
})

describe('what a request can change', () => {
  const record = () => ({
    ...good,
    groupId: 'group-1',
    inRole: 'Operator',
    allowedIps: ['192.0.2.0/24'],
    expiresAt: new Date(Date.now() + 10_000),
    metadata: { plan: 'gold', limits: { rate: 5 }, regions: ['eu', { name: 'us' }] },
  })
  const pass = async (authorizer: Authorizer) => (await authorizer.authorize(request)) as Allowed

  /** Every object in it that is not frozen, by its path. */
  function thawed(value: unknown, path: string): string[] {
    if (typeof value !== 'object' || value === null) return []
    return [
      ...(Object.isFrozen(value) ? [] : [path]),
      ...Reflect.ownKeys(value).flatMap((key) => thawed(Reflect.get(value, key), `${path}.${String(key)}`)),
    ]
  }

  it('nothing: a pass is frozen throughout', async () => {
    const { authorizer } = authorizerOn({}, record())
    const decision = await pass(authorizer)
    expect(thawed(decision, 'decision')).toEqual([])
    const { principal } = decision as { principal: { -readonly [K in keyof Allowed['principal']]: unknown } }
    const metadata = principal.metadata as { plan: string; limits: { rate: number }; regions: unknown[] }
    for (const change of [
      () => Object.assign(decision, { allowed: false }),
      () => Object.assign(decision.headers, { vary: '*' }),
      () => Object.assign(principal, { tenantId: 'globex' }),
      () => Object.assign(principal, { inRole: 'Administrator' }),
      () => Object.assign(metadata, { plan: 'none' }),
      () => Object.assign(metadata.limits, { rate: 0 }),
      () => metadata.regions.push('ap'),
      () => Reflect.defineProperty(metadata.regions, 0, { value: 'ap' }) || expect.fail('as it must'),
      () => Object.setPrototypeOf(principal, { admin: true }),
    ]) {
      expect(change).toThrow()
    }
    expect(await pass(authorizer)).toEqual(decision)
    expect(principal).toEqual({
      keyId: 'key-good',
      tenantId: 'acme',
      groupId: 'group-1',
      onBehalfOf: null,
      inRole: 'Operator',
      description: null,
      metadata: record().metadata,
    })
  })

  it('nothing: a refusal is frozen throughout', async () => {
    const { authorizer } = authorizerOn()
    for (const tenantId of ['globex', undefined]) {
      expect(thawed(await authorizer.authorize({ ...request, tenantId }), 'decision')).toEqual([])
    }
  })

  it("nor does the store's own object change what was read from it", async () => {
    const own = record()
    const { store, authorizer } = authorizerOn({}, own)
    const before = JSON.stringify(await pass(authorizer))
    Object.assign(own, { activated: false, tenantId: 'globex', inRole: 'Administrator' })
    own.allowedIps.push('0.0.0.0/0')
    own.expiresAt.setTime(0)
    own.metadata.plan = 'none'
    own.metadata.limits.rate = 0
    own.metadata.regions.length = 0
    expect(JSON.stringify(await pass(authorizer))).toBe(before)
    const outside = { ...request, ip: '198.51.100.1' }
    expect(outcomeOf(await authorizer.authorize(outside))).toBe('ip_not_allowed')
    expect(store.reads).toHaveLength(1)
  })

  it("nor does it freeze the store's own object", async () => {
    const own = record()
    await authorizerOn({}, own).ask()
    expect([own, own.allowedIps, own.metadata, own.metadata.limits].map(Object.isFrozen)).toEqual(
      Array(4).fill(false),
    )
  })

  it('passes with one cached record are one object, and a new read makes a new one', async () => {
    const { authorizer } = authorizerOn({}, record())
    const decision = await pass(authorizer)
    expect(await pass(authorizer)).toBe(decision)
    expect(await authorizer.authorize({ ...request, ip: '192.0.2.99' })).toBe(decision)
    authorizer.invalidate(good.digest)
    expect(await pass(authorizer)).not.toBe(decision)
  })
})

describe('the candidates of a list of digests', () => {
  const first = sha256Digest()('good')
  const second = plainDigest()('good')
  const digest = [sha256Digest(), plainDigest()]
  const inSecond = (asked: string) => (asked === second ? { ...good, digest: second } : null)

  it('are remembered apart: a pass needs no read, neither of the one nor of the other', async () => {
    const store = answeringStore(inSecond)
    const authorizer = createAuthorizer({ store, digest })
    const decision = await authorizer.authorize(request)
    expect(await authorizer.authorize(request)).toBe(decision)
    expect(store.reads).toEqual([first, second])
  })

  it('age apart: an unknown one is looked up again while the other is still cached', async () => {
    const store = answeringStore(inSecond)
    const authorizer = createAuthorizer({ store, digest })
    await authorizer.authorize(request)
    vi.advanceTimersByTime(5_000)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toEqual([first, second, first])
  })

  it.each<[string, string, readonly string[]]>([
    ['the first', first, [first]],
    ['the second', second, [second]],
    ['the second, by the name that feeds use', sha256Digest()(second), [second]],
  ])('are invalidated apart: %s', async (_, dropped, again) => {
    const store = answeringStore(inSecond)
    const authorizer = createAuthorizer({ store, digest })
    await authorizer.authorize(request)
    authorizer.invalidate(dropped)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toEqual([first, second, ...again])
  })

  it('a key that moves from the second to the first works throughout', async () => {
    const store = answeringStore(inSecond)
    const authorizer = createAuthorizer({ store, digest })
    await authorizer.authorize(request)
    store.answer = (asked) => (asked === first ? { ...good, digest: first } : null)
    for (const moved of [first, second]) {
      authorizer.invalidate(moved)
      expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    }
    expect(store.reads).toEqual([first, second, first])
  })

  it('have one read each, whoever waits', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, digest })
    const pending = Array.from({ length: 100 }, () => authorizer.authorize(request))
    store.reads[0]?.answer(null)
    await turn()
    expect(store.reads.map((read) => read.digest)).toEqual([first, second])
    store.reads[1]?.answer({ ...good, digest: second })
    expect((await Promise.all(pending)).map(outcomeOf)).toEqual(Array(100).fill('allowed'))
    expect(store.reads).toHaveLength(2)
  })

  it('a request after the drop joins no older read of any', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, digest })
    const before = authorizer.authorize(request)
    store.reads[0]?.answer(null)
    await turn()
    authorizer.invalidate(second)
    const after = authorizer.authorize(request)
    await turn()
    expect(store.reads.map((read) => read.digest)).toEqual([first, second, second])
    store.reads[2]?.answer(null)
    expect(outcomeOf(await after)).toBe('unknown_key')
    store.reads[1]?.answer({ ...good, digest: second })
    expect(outcomeOf(await before)).toBe('allowed')
    expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
  })
})
