import { inspect } from 'node:util'
import {
  type AuthorizationRequest,
  type AuthorizerOptions,
  authorizationFor,
  createAuthorizer,
  type Digest,
  type ExplainedCheck,
  type Explanation,
  headerCredentials,
  hmacSha256Digest,
  isRestApiKeyError,
  plainDigest,
  referenceIds,
  restApiKeyCredentials,
  sha256Digest,
  tenantFromKey,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { startOfTime, useFakeClock } from '../support/fake-clock.js'
import { feedDouble } from '../support/feed-double.js'
import { type KeyRequest, outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { answeringStore, scriptedStore } from '../support/scripted-store.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')
const pastMoment = new Date(startOfTime.getTime() - 1)

function authorizerOn(record: unknown, options: Partial<AuthorizerOptions> = {}) {
  const store = answeringStore((digest) => (digest === good.digest ? record : null))
  return { store, authorizer: createAuthorizer({ store, ...options }) }
}

const explain = (
  record: unknown,
  more: Partial<AuthorizationRequest> = {},
  options?: Partial<AuthorizerOptions>,
) => authorizerOn(record, options).authorizer.explain({ ...request, ...more })

const names = ['credentials', 'tenant_claim', 'key', 'activated', 'not_expired', 'tenant', 'ip'] as const
type Outcomes = Partial<Record<ExplainedCheck['name'], ExplainedCheck['outcome']>>

/** The outcome of every check; those not named passed. */
const outcomes = (some: Outcomes) => names.map((name) => `${name}: ${some[name] ?? 'passed'}`)
const outcomesOf = ({ checks }: Explanation) => checks.map(({ name, outcome }) => `${name}: ${outcome}`)
const detailOf = ({ checks }: Explanation, wanted: ExplainedCheck['name']) =>
  checks.find(({ name }) => name === wanted)?.detail

describe('every check of a key', () => {
  const expiresAt = new Date(startOfTime.getTime() + 1)
  const facts = [
    {
      name: 'activated',
      reason: 'deactivated',
      record: [{ activated: true }, { activated: false }],
      details: ['The key is activated.', 'The key is deactivated.'],
    },
    {
      name: 'not_expired',
      reason: 'expired',
      record: [{ expiresAt }, { expiresAt: pastMoment }],
      details: [
        'The key works before 2025-01-01T00:00:00.001Z.',
        'The key works before 2024-12-31T23:59:59.999Z.',
      ],
    },
    {
      name: 'tenant',
      reason: 'wrong_tenant',
      record: [{ tenantId: 'acme' }, { tenantId: 'globex' }],
      details: [
        'The key belongs to "acme"; the request claims "acme".',
        'The key belongs to "globex"; the request claims "acme".',
      ],
    },
    {
      name: 'ip',
      reason: 'ip_not_allowed',
      record: [{ allowedIps: ['198.51.100.0/24', '192.0.2.0/24'] }, { allowedIps: ['198.51.100.0/24'] }],
      details: ['Rule 192.0.2.0/24 names 192.0.2.7.', 'No rule names 192.0.2.7.'],
    },
  ] as const
  const combinations = Array.from({ length: 2 ** facts.length }, (_, bits) =>
    facts.map((fact, index) => ({ fact, fails: (bits & (1 << index)) !== 0 })),
  )
  const titled = combinations.map((combination) => {
    const failing = combination.filter(({ fails }) => fails).map(({ fact }) => fact.name)
    return [failing.join(', ') || 'none', combination] as const
  })

  it.each(titled)('failing: %s', async (_, combination) => {
    const record = Object.assign(
      { ...good },
      ...combination.map(({ fact, fails }) => fact.record[fails ? 1 : 0]),
    )
    const explanation = await explain(record)
    const failing = combination.filter(({ fails }) => fails).map(({ fact }) => fact)
    const reason = failing[0]?.reason

    expect(outcomesOf(explanation)).toEqual(
      outcomes(Object.fromEntries(failing.map(({ name }) => [name, 'failed']))),
    )
    for (const { fact, fails } of combination) {
      expect(detailOf(explanation, fact.name)).toBe(fact.details[fails ? 1 : 0])
    }
    expect(explanation).toMatchObject({
      allowed: reason === undefined,
      reason,
      cause: undefined,
      keyId: 'key-good',
      tenantId: 'acme',
    })
    expect(outcomeOf(await authorizerOn(record).authorizer.authorize(request))).toBe(reason ?? 'allowed')
  })
})

it('says of a key without an end that it never expires', async () => {
  for (const expiresAt of [null, undefined]) {
    expect(detailOf(await explain({ ...good, expiresAt }), 'not_expired')).toBe('The key never expires.')
  }
})

it('names every form in which a key may be sent', async () => {
  const credentials = [restApiKeyCredentials(), headerCredentials('x-api-key')]
  const explanation = await explain(good, requestOf(['rest_api_key: good']), { credentials })
  expect(detailOf(explanation, 'credentials')).toBe(
    `The request must carry one REST API key, as ${credentials.map(({ form }) => form).join(' or ')}`,
  )
})

describe('what comes before the key', () => {
  const ids = { ...referenceIds(), check: () => 'mistyped' as const }
  const malformed = requestOf(['rest_api_key: good'])
  const thrower = () => {
    throw new Error('down')
  }
  const credentials = {
    given: [request, 'passed', 'The request carries a well-formed Reference ID.'],
    missing: [requestOf([]), 'failed', 'The request carries no REST API key.'],
    malformed: [
      malformed,
      'failed',
      'The request must carry one REST API key, as Authorization: rest_api_key={Reference ID}',
    ],
  } as const
  const tenants = {
    named: ['acme', 'passed', 'The request claims "acme".'],
    other: ['globex', 'passed', 'The request claims "globex".'],
    any: [tenantFromKey, 'passed', 'Any tenant is accepted.'],
    resolved: [async () => 'acme', 'passed', 'The request claims "acme".'],
    none: [undefined, 'failed', 'The request names no tenant.'],
    null: [null, 'failed', 'The request names no tenant.'],
    empty: [() => '', 'failed', 'The request names no tenant.'],
    array: [() => ['acme'] as never, 'failed', 'The request names no tenant.'],
    failing: [thrower, 'failed', 'The tenant resolver failed (Error)'],
    rejecting: [async () => thrower(), 'failed', 'The tenant resolver failed (Error)'],
  } as const satisfies Record<string, readonly [KeyRequest['tenantId'], string, string]>
  const keys = {
    found: [good, {}, 'passed', 'The key is key-good.'],
    unknown: [null, {}, 'failed', 'The store knows no key with this Reference ID.'],
    failing: [undefined, {}, 'failed', 'A store must return a record or null, not undefined'],
    mistyped: [
      good,
      { referenceIds: ids },
      'failed',
      'The Reference ID is mistyped: it has the form of a generated one and a wrong check.',
    ],
  } as const
  type Names = [keyof typeof credentials, keyof typeof tenants, keyof typeof keys]
  const cases = Object.keys(credentials).flatMap((first) =>
    Object.keys(tenants).flatMap((second) =>
      Object.keys(keys).map((third) => [first, second, third] as Names),
    ),
  )

  it.each(cases)('credentials %s, tenant %s, key %s', async (first, second, third) => {
    const [{ headerLines }, credentialsOutcome, credentialsDetail] = credentials[first]
    const [tenantId, tenantOutcome, tenantDetail] = tenants[second]
    const [record, options, keyOutcome, keyDetail] = keys[third]
    const whole = { ...request, headerLines, tenantId }
    const { authorizer } = authorizerOn(record, options)
    const explanation = await authorizer.explain(whole)

    const asked = credentialsOutcome === 'passed'
    const found = asked && keyOutcome === 'passed'
    const tenantPasses = ['named', 'any', 'resolved'].includes(second)
    expect(outcomesOf(explanation)).toEqual(
      outcomes({
        credentials: credentialsOutcome,
        tenant_claim: tenantOutcome as ExplainedCheck['outcome'],
        key: asked ? keyOutcome : 'unknown',
        activated: found ? 'passed' : 'unknown',
        not_expired: found ? 'passed' : 'unknown',
        tenant: found ? (tenantPasses ? 'passed' : 'failed') : 'unknown',
        ip: found ? 'passed' : 'unknown',
      }),
    )
    expect(detailOf(explanation, 'credentials')).toBe(credentialsDetail)
    expect(detailOf(explanation, 'tenant_claim')).toBe(tenantDetail)
    if (asked) expect(detailOf(explanation, 'key')).toBe(keyDetail)
    else expect(detailOf(explanation, 'key')).toBe('An earlier failure left nothing to check.')
    expect(explanation.keyId).toBe(found ? 'key-good' : undefined)

    const decision = await authorizer.authorize(whole)
    expect(explanation.allowed).toBe(decision.allowed)
    expect(explanation.reason ?? 'allowed').toBe(outcomeOf(decision))
    const cause = decision.allowed ? undefined : decision.cause
    if (isRestApiKeyError(cause))
      expect(explanation.cause).toMatchObject({ code: cause.code, message: cause.message })
    else expect(explanation.cause).toBe(cause)
  })

  it('an optional key that is missing is allowed, as authorize allows it', async () => {
    for (const tenantId of ['acme', undefined, thrower] as KeyRequest['tenantId'][]) {
      const explanation = await explain(good, { ...requestOf([]), tenantId, optional: true })
      expect(explanation).toMatchObject({ allowed: true, reason: undefined, keyId: undefined })
      expect(outcomesOf(explanation)[0]).toBe('credentials: failed')
    }
    expect(await explain(good, { ...malformed, optional: true })).toMatchObject({
      reason: 'malformed_credentials',
    })
    expect(await explain(null, { optional: true })).toMatchObject({ allowed: false, reason: 'unknown_key' })
  })

  it.each<[string, Partial<KeyRequest>, string | undefined]>([
    ['a claim', { tenantId: 'globex' }, 'globex'],
    ["the key's", { tenantId: tenantFromKey }, 'acme'],
    ['none', { tenantId: undefined }, undefined],
    ['none that failed', { tenantId: thrower }, undefined],
  ])('the tenant is %s', async (_, more, tenantId) => {
    expect((await explain(good, more)).tenantId).toBe(tenantId)
  })
})

describe('the address', () => {
  const rules = ['203.0.113.7', '192.0.2.0/24', '192.0.2.7', '2001:db8::1-2001:db8::ff']
  it.each<[string, unknown, readonly string[] | null, string, string, string | undefined]>([
    ['no rules', '192.0.2.7', null, 'passed', 'The key may be used from every address.', undefined],
    ['an empty list', undefined, [], 'passed', 'The key may be used from every address.', undefined],
    ['an address', '203.0.113.7', rules, 'passed', 'Rule 203.0.113.7 names 203.0.113.7.', undefined],
    [
      'the first rule of several',
      '192.0.2.7',
      rules,
      'passed',
      'Rule 192.0.2.0/24 names 192.0.2.7.',
      undefined,
    ],
    [
      'a range',
      '2001:db8::7',
      rules,
      'passed',
      'Rule 2001:db8::1-2001:db8::ff names 2001:db8::7.',
      undefined,
    ],
    [
      'a mapped address',
      '::ffff:192.0.2.7',
      rules,
      'passed',
      'Rule 192.0.2.0/24 names ::ffff:192.0.2.7.',
      undefined,
    ],
    ['no rule', '198.51.100.1', rules, 'failed', 'No rule names 198.51.100.1.', undefined],
    [
      'no address',
      undefined,
      rules,
      'failed',
      'The key has IP rules, and no valid client address is known.',
      'ip_unknown',
    ],
    [
      'no valid address',
      '192.0.2.7:4711',
      rules,
      'failed',
      'The key has IP rules, and no valid client address is known.',
      'ip_unknown',
    ],
  ])('%s', async (_, ip, allowedIps, outcome, detail, cause) => {
    const explanation = await explain({ ...good, allowedIps }, { ip: ip as string })
    expect(outcomesOf(explanation)).toEqual(outcomes({ ip: outcome as ExplainedCheck['outcome'] }))
    expect(detailOf(explanation, 'ip')).toBe(detail)
    expect(explanation.cause).toBe(cause)
  })
})

describe('the store', () => {
  it('is read afresh, also when the key is cached', async () => {
    const { store, authorizer } = authorizerOn(good)
    await authorizer.authorize(request)
    store.answer = () => ({ ...good, activated: false })
    const explanation = await authorizer.explain(request)
    expect(store.reads).toHaveLength(2)
    expect(explanation.reason).toBe('deactivated')
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })

  it('is read afresh, also when a read runs already', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const pending = authorizer.authorize(request)
    const explaining = authorizer.explain(request)
    await vi.advanceTimersByTimeAsync(0)
    expect(store.reads).toHaveLength(2)
    store.reads[0]?.answer(good)
    store.reads[1]?.answer(null)
    expect(outcomeOf(await pending)).toBe('allowed')
    expect((await explaining).reason).toBe('unknown_key')
  })

  it.each<[string, unknown]>([
    ['a good key', good],
    ['an unknown key', null],
    ['a bad record', undefined],
  ])('what it says of %s is not cached, and drops nothing that is', async (_, record) => {
    const { store, authorizer } = authorizerOn(record)
    await authorizer.explain(request)
    await authorizer.explain(request)
    expect((await authorizer.explain(request)).cached).toBeNull()
    store.answer = () => good
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toHaveLength(4)
    store.answer = () => record
    await authorizer.explain(request)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toHaveLength(5)
  })

  it.each<[string, () => unknown, string, string]>([
    [
      'rejects',
      () => Promise.reject(new TypeError('down')),
      'store_failed',
      'The key store failed (TypeError)',
    ],
    [
      'throws',
      () => {
        throw new Error('down')
      },
      'store_failed',
      'The key store failed (Error)',
    ],
    [
      'returns a bad record',
      () => ({ ...good, activated: 1 }),
      'invalid_record',
      'Field "activated" of a record must be true or false, not 1; convert it in the store',
    ],
    [
      'returns a bad rule',
      () => ({ ...good, allowedIps: ['192.0.2.0/33'] }),
      'invalid_ip_rule',
      expect.stringMatching(/^An IP rule must be an address, .*, not "192\.0\.2\.0\/33"$/),
    ],
  ])('that %s is shown', async (_, answer, code, message) => {
    const explanation = await createAuthorizer({ store: answeringStore(answer) }).explain(request)
    expect(explanation).toMatchObject({
      allowed: false,
      reason: 'store_unavailable',
      cause: { code, message },
    })
    expect(detailOf(explanation, 'key')).toEqual(message)
  })

  it('that hangs is shown', async () => {
    const explaining = createAuthorizer({ store: scriptedStore() }).explain(request)
    await vi.advanceTimersByTimeAsync(2_000)
    const explanation = await explaining
    expect(explanation.cause).toMatchObject({ code: 'store_timeout' })
    expect(detailOf(explanation, 'key')).toBe('The key store did not answer within 2000 ms')
  })

  it('that is overloaded is shown', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1 })
    const pending = authorizer.authorize(request)
    expect((await authorizer.explain(request)).cause).toMatchObject({
      code: 'store_overloaded',
      message: '1 look-ups are running already',
    })
    store.reads[0]?.answer(good)
    await pending
  })

  it.each<[string, () => string]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['returns no text', (() => undefined) as unknown as () => string],
  ])('behind a digest function that %s: a failure, shown', async (_, digest) => {
    for (const digests of [digest, [sha256Digest(), digest]] as (Digest | Digest[])[]) {
      const explanation = await explain(null, {}, { digest: digests })
      expect(explanation).toMatchObject({ reason: 'store_unavailable', cached: null })
    }
  })

  it('is searched for every candidate of a list of digests', async () => {
    const inClear = { ...good, digest: plainDigest()('good') }
    const store = answeringStore((digest) => (digest === inClear.digest ? inClear : null))
    const authorizer = createAuthorizer({ store, digest: [sha256Digest(), plainDigest()] })
    expect((await authorizer.explain(request)).allowed).toBe(true)
    expect(store.reads).toEqual([good.digest, inClear.digest])
  })
})

describe('hooks', () => {
  it('none is called, whatever comes out', async () => {
    const onDecision = vi.fn()
    for (const record of [good, null, undefined]) {
      for (const one of [request, requestOf([]), requestWith('good', { tenantId: 'globex' })]) {
        await explain(record, one, { onDecision })
      }
    }
    expect(onDecision).not.toHaveBeenCalled()
  })
})

describe('the cached copy', () => {
  it('is shown with its age, and whether it is in use', async () => {
    const { store, authorizer } = authorizerOn(good)
    const cached = async (more: Partial<KeyRequest> = {}) =>
      (await authorizer.explain({ ...request, ...more })).cached
    expect(await cached()).toBeNull()
    await authorizer.authorize(request)
    expect(await cached()).toEqual({ ageMs: 0, inUse: true, reason: undefined })
    vi.advanceTimersByTime(29_999)
    expect(await cached()).toEqual({ ageMs: 29_999, inUse: true, reason: undefined })
    vi.advanceTimersByTime(1)
    expect(await cached()).toEqual({ ageMs: 30_000, inUse: false, reason: undefined })
    vi.advanceTimersByTime(1_000_000)
    expect(await cached()).toEqual({ ageMs: 1_030_000, inUse: false, reason: undefined })
    authorizer.invalidate(good.digest)
    expect(await cached()).toBeNull()
    expect(store.reads).toHaveLength(7)
  })

  it('is judged by what it holds, beside what the store says now', async () => {
    const { store, authorizer } = authorizerOn({ ...good, activated: false })
    await authorizer.authorize(request)
    store.answer = () => good
    const explanation = await authorizer.explain(request)
    expect(explanation).toMatchObject({ allowed: true, cached: { inUse: true, reason: 'deactivated' } })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('deactivated')
  })

  it.each<[string, Partial<KeyRequest>, string | undefined]>([
    ['a pass', {}, undefined],
    ['another tenant', { tenantId: 'globex' }, 'wrong_tenant'],
    ['another address', { ip: '198.51.100.1' }, 'ip_not_allowed'],
  ])('has the reason with which it refuses: %s', async (_, more, reason) => {
    const { authorizer } = authorizerOn({ ...good, allowedIps: ['192.0.2.7'] })
    await authorizer.authorize(request)
    expect((await authorizer.explain({ ...request, ...more })).cached?.reason).toBe(reason)
  })

  it('can be the memory that the key is unknown', async () => {
    const { store, authorizer } = authorizerOn(null)
    await authorizer.authorize(request)
    store.answer = () => good
    vi.advanceTimersByTime(4_999)
    const explanation = await authorizer.explain(request)
    expect(explanation).toMatchObject({
      allowed: true,
      cached: { ageMs: 4_999, inUse: true, reason: 'unknown_key' },
    })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('unknown_key')
    vi.advanceTimersByTime(1)
    expect((await authorizer.explain(request)).cached).toMatchObject({ ageMs: 5_000, inUse: false })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })

  it('is in use for a shorter time while the feed is lost', async () => {
    const feed = feedDouble()
    const { authorizer } = authorizerOn(good, { changes: feed.feed })
    feed.connected()
    await authorizer.authorize(request)
    vi.advanceTimersByTime(5_000)
    expect((await authorizer.explain(request)).cached?.inUse).toBe(true)
    feed.lost()
    expect((await authorizer.explain(request)).cached?.inUse).toBe(false)
  })

  it('is not made younger, nor kept longer, by being shown', async () => {
    const { store, authorizer } = authorizerOn(good, { cache: { maxEntries: 2 } })
    store.answer = (digest) => ({ ...good, digest })
    for (const id of ['good', 'b']) await authorizer.authorize(requestWith(id))
    await authorizer.explain(request)
    await authorizer.authorize(requestWith('c'))
    expect((await authorizer.explain(request)).cached).toBeNull()
    expect((await authorizer.explain(requestWith('b'))).cached).not.toBeNull()
  })

  it.each<[string, KeyRequest, Partial<AuthorizerOptions>]>([
    ['without a cache', request, { cache: false }],
    ['without credentials', requestOf([]), {}],
    ['without credentials, whatever is hashed', requestOf([]), { digest: () => good.digest }],
    ['of another key', requestWith('other'), {}],
  ])('is none %s', async (_, one, options) => {
    const { authorizer } = authorizerOn(good, options)
    await authorizer.authorize(request)
    expect((await authorizer.explain(one)).cached).toBeNull()
  })

  describe('of a list of digests', () => {
    const [first, second] = [sha256Digest()('good'), plainDigest()('good')]
    const digest = [sha256Digest(), plainDigest()]

    it('is the candidate that is a key', async () => {
      const store = answeringStore((asked) => (asked === second ? { ...good, digest: second } : null))
      const authorizer = createAuthorizer({ store, digest })
      await authorizer.authorize(request)
      expect((await authorizer.explain(request)).cached).toEqual({ ageMs: 0, inUse: true, reason: undefined })
    })

    it.each<[string, readonly string[], boolean | undefined]>([
      ['every one', [], true],
      ['the first', [second], false],
      ['the second', [first], false],
      ['none', [first, second], undefined],
    ])(
      'says unknown in use only if every candidate is remembered as unknown: %s is',
      async (_, dropped, inUse) => {
        const store = answeringStore(() => null)
        const authorizer = createAuthorizer({ store, digest })
        await authorizer.authorize(request)
        for (const one of dropped) authorizer.invalidate(one)
        const { cached } = await authorizer.explain(request)
        expect(cached?.inUse).toBe(inUse)
        expect(cached?.reason).toBe(inUse === undefined ? undefined : 'unknown_key')

        store.answer = (asked) => ({ ...good, digest: asked })
        expect(outcomeOf(await authorizer.authorize(request))).toBe(inUse ? 'unknown_key' : 'allowed')
      },
    )
  })
})

describe('secrets', () => {
  const referenceId = 'CANARY-0123456789ABCDEF-canary'
  const pepper = 'a pepper for the tests'
  const digests: readonly (readonly [string, Digest])[] = [
    ['sha256Digest', sha256Digest()],
    ['hmacSha256Digest', hmacSha256Digest({ pepper })],
    ['plainDigest', plainDigest()],
  ]

  it.each(digests)('an explanation holds neither the Reference ID nor its digest: %s', async (_, digest) => {
    const record = { ...good, digest: digest(referenceId) }
    const failure = Object.assign(new Error(`no row for ${record.digest}`), { parameters: [record.digest] })
    const answers = [record, null, undefined, { ...record, digest: 'other' }].map(
      (answer) => async () => answer,
    )
    for (const answer of [...answers, () => Promise.reject(failure)]) {
      const authorizer = createAuthorizer({ store: answeringStore(answer), digest })
      for (const one of [
        requestWith(referenceId),
        requestWith(referenceId, { tenantId: 'globex' }),
        requestOf([authorizationFor(referenceId), authorizationFor(referenceId)]),
        requestOf([`${authorizationFor(referenceId)} `, '']),
      ]) {
        await authorizer.authorize(one)
        const shown = inspect(await authorizer.explain(one), { depth: Infinity, showHidden: true })
        expect(shown).toContain('credentials')
        for (const secret of [referenceId, record.digest, sha256Digest()(record.digest), pepper]) {
          expect(shown).not.toContain(secret)
        }
      }
    }
  })
})

describe('headerLines that throw', () => {
  it('reject the promise, as those of authorize do', async () => {
    const headerLines = () => {
      throw new TypeError('no request')
    }
    await expect(explain(good, { headerLines })).rejects.toThrow('no request')
  })
})
