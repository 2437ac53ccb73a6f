import { inspect } from 'node:util'
import {
  type AuthorizationRequest,
  type AuthorizerOptions,
  authorizationFor,
  bearerCredentials,
  createAuthorizer,
  type Decision,
  type DecisionFacts,
  type Denied,
  headerCredentials,
  type KeyRecord,
  type Principal,
  referenceIds,
  restApiKeyCredentials,
  tenantFromKey,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { startOfTime, useFakeClock } from '../support/fake-clock.js'
import { type KeyRequest, outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { answeringStore, scriptedStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')
const pastMoment = new Date(startOfTime.getTime() - 1)

function authorizerOn(record: unknown, options: Partial<AuthorizerOptions> = {}) {
  const store = answeringStore((digest) => (digest === good.digest ? record : null))
  return createAuthorizer({ store, ...options })
}

const decide = (record: unknown, more: Partial<KeyRequest> = {}, options: Partial<AuthorizerOptions> = {}) =>
  authorizerOn(record, options).authorize({ ...request, ...more })

async function denialOf(record: unknown, more?: Partial<KeyRequest>, options?: Partial<AuthorizerOptions>) {
  const decision = await decide(record, more, options)
  if (decision.allowed) throw new Error('The request was allowed')
  return decision
}

describe('the order of the checks', () => {
  // Each with what makes the key, or the request, fail it; all combinations are tried.
  const faults = [
    { reason: 'deactivated', record: { activated: false } },
    { reason: 'expired', record: { expiresAt: pastMoment } },
    { reason: 'wrong_tenant', request: { tenantId: 'globex' } },
    { reason: 'ip_not_allowed', request: { ip: '198.51.100.1' } },
  ] as const satisfies { reason: string; record?: Partial<KeyRecord>; request?: Partial<KeyRequest> }[]
  const combinations = Array.from({ length: 2 ** faults.length }, (_, bits) =>
    faults.filter((_, index) => bits & (1 << index)),
  )

  it.each(combinations.map((combination) => [combination.map(({ reason }) => reason), combination] as const))(
    'with %j the first one is the reason',
    async (reasons, combination) => {
      const record = { ...good, allowedIps: ['192.0.2.0/24'] }
      const more: Partial<KeyRequest> = {}
      for (const fault of combination) {
        if ('record' in fault) Object.assign(record, fault.record)
        else Object.assign(more, fault.request)
      }
      expect(outcomeOf(await decide(record, more))).toBe(reasons[0] ?? 'allowed')
    },
  )

  it('an unknown key is unknown whatever else is wrong', async () => {
    const denial = await denialOf(null, { tenantId: undefined, ip: undefined })
    expect(denial.reason).toBe('unknown_key')
    expect(denial).not.toHaveProperty('cause')
  })

  it.each<[string, KeyRequest]>([
    ['missing', requestOf([])],
    ['malformed', requestOf(['rest_api_key='])],
  ])('%s credentials ask neither the tenant nor the store', async (reason, one) => {
    const store = answeringStore(() => good)
    const tenantId = vi.fn(() => 'acme')
    const decision = await createAuthorizer({ store }).authorize({ ...one, tenantId })
    expect(outcomeOf(decision)).toBe(`${reason}_credentials`)
    expect(tenantId).not.toHaveBeenCalled()
    expect(store.reads).toEqual([])
  })

  it('the tenant is asked for once, before the store', async () => {
    const order: string[] = []
    const store = answeringStore(() => {
      order.push('store')
      return good
    })
    const tenantId = async () => {
      order.push('tenant')
      return 'acme'
    }
    await createAuthorizer({ store }).authorize({ ...request, tenantId })
    expect(order).toEqual(['tenant', 'store'])
  })
})

describe('expiry', () => {
  it.each([
    ['a moment ago', -1, 'expired'],
    ['now', 0, 'expired'],
    ['in a moment', 1, 'allowed'],
  ])('%s', async (_, ms, outcome) => {
    const expiresAt = new Date(startOfTime.getTime() + ms)
    expect(outcomeOf(await decide({ ...good, expiresAt }))).toBe(outcome)
  })

  it.each([null, undefined])('%s is never', async (expiresAt) => {
    vi.setSystemTime(8.64e15)
    expect(outcomeOf(await decide({ ...good, expiresAt }))).toBe('allowed')
  })

  it('is judged when the store has answered, not when the request began', async () => {
    const store = scriptedStore()
    const pending = createAuthorizer({ store }).authorize(request)
    vi.advanceTimersByTime(100)
    store.reads[0]?.answer({ ...good, expiresAt: new Date(startOfTime.getTime() + 100) })
    expect(outcomeOf(await pending)).toBe('expired')
  })
})

describe('that a key was used from an address opens it to no other', () => {
  const limited = { ...good, allowedIps: ['192.0.2.7', '2001:db8::/32'] }
  it.each<[string | undefined, string]>([
    ['192.0.2.7', 'allowed'],
    ['198.51.100.1', 'ip_not_allowed'],
    ['192.0.2.6', 'ip_not_allowed'],
    ['2001:db8::1', 'allowed'],
    ['2001:db9::1', 'ip_not_allowed'],
    ['localhost', 'ip_not_allowed'],
    [undefined, 'ip_not_allowed'],
  ])('%s: %s, before and after all others', async (ip, outcome) => {
    const authorizer = authorizerOn(limited)
    const ask = async (from: string | undefined) =>
      outcomeOf(await authorizer.authorize({ ...request, ip: from }))
    expect(await ask(ip)).toBe(outcome)
    for (const other of ['192.0.2.7', '2001:db8::2', '198.51.100.1', undefined]) {
      await ask(other)
      expect(await ask(ip)).toBe(outcome)
      expect(await ask(ip)).toBe(outcome)
    }
  })

  it('nor another key', async () => {
    const records = [
      recordOf('here', { allowedIps: ['192.0.2.7'] }),
      recordOf('there', { allowedIps: ['192.0.2.8'] }),
    ]
    const store = answeringStore((digest) => records.find((record) => record.digest === digest) ?? null)
    const authorizer = createAuthorizer({ store })
    const ask = async (id: string) => outcomeOf(await authorizer.authorize(requestWith(id)))
    expect([await ask('here'), await ask('there'), await ask('there')]).toEqual([
      'allowed',
      'ip_not_allowed',
      'ip_not_allowed',
    ])
  })

  it('nor the same key, once its rules have changed', async () => {
    const store = answeringStore(() => limited)
    const authorizer = createAuthorizer({ store })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    store.answer = () => ({ ...limited, allowedIps: ['192.0.2.8'] })
    authorizer.invalidate(good.digest)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('ip_not_allowed')
  })
})

describe('the cause of a refusal tells the operator more', () => {
  const limited = { ...good, allowedIps: ['192.0.2.1'] }
  it.each<[string, unknown, Partial<KeyRequest>, string, string | undefined]>([
    ['another tenant', good, { tenantId: 'globex' }, 'wrong_tenant', undefined],
    ['no tenant', good, { tenantId: undefined }, 'wrong_tenant', 'tenant_unresolved'],
    ['another address', limited, {}, 'ip_not_allowed', undefined],
    ['no address', limited, { ip: undefined }, 'ip_not_allowed', 'ip_unknown'],
    ['an invalid address', limited, { ip: 'localhost' }, 'ip_not_allowed', 'ip_unknown'],
    ['deactivated', { ...good, activated: false }, {}, 'deactivated', undefined],
    ['expired', { ...good, expiresAt: pastMoment }, {}, 'expired', undefined],
    ['unknown', null, {}, 'unknown_key', undefined],
  ])('%s', async (_, record, more, reason, cause) => {
    const denial = await denialOf(record, more)
    expect([denial.reason, denial.cause]).toEqual([reason, cause])
    expect('cause' in denial).toBe(cause !== undefined)
  })

  it('a mistyped generated Reference ID is unknown without a look-up', async () => {
    const ids = referenceIds()
    const generated = ids.generate()
    const mistyped = generated.slice(0, -1) + (generated.endsWith('0') ? '1' : '0')
    const store = answeringStore((digest) => ({ ...good, digest }))
    const authorizer = createAuthorizer({ store, referenceIds: ids })
    expect(await authorizer.authorize(requestWith(mistyped))).toMatchObject({
      reason: 'unknown_key',
      cause: 'reference_id_mistyped',
    })
    expect(store.reads).toEqual([])
    expect(outcomeOf(await authorizer.authorize(requestWith(generated)))).toBe('allowed')
    expect(outcomeOf(await authorizer.authorize(requestWith('0123456789ABCDEF0123456789ABCDEF')))).toBe(
      'allowed',
    )
  })
})

describe('responses', () => {
  const limited = { ...good, allowedIps: ['192.0.2.1'] }
  const opaque: readonly (readonly [string, unknown, Partial<KeyRequest>])[] = [
    ['unknown_key', null, {}],
    ['deactivated', { ...good, activated: false }, {}],
    ['expired', { ...good, expiresAt: pastMoment }, {}],
    ['wrong_tenant', good, { tenantId: 'globex' }],
    ['wrong_tenant', good, { tenantId: undefined }],
    ['ip_not_allowed', limited, {}],
    ['ip_not_allowed', limited, { ip: undefined }],
  ]

  it('unknown, deactivated, expired, wrong tenant and wrong address are one object', async () => {
    const store = answeringStore(() => null)
    const authorizer = createAuthorizer({ store })
    const responses = new Set<unknown>()
    for (const [reason, record, more] of opaque) {
      store.answer = () => record
      authorizer.flush()
      const denial = (await authorizer.authorize({ ...request, ...more })) as Denied
      expect(denial.reason).toBe(reason)
      responses.add(denial.response)
    }
    expect(responses.size).toBe(1)
  })

  it('a mistyped Reference ID too', async () => {
    const ids = { ...referenceIds(), check: () => 'mistyped' as const }
    const { response } = await denialOf(null, {}, { referenceIds: ids })
    expect(JSON.stringify(response)).toBe(JSON.stringify((await denialOf(null)).response))
  })

  it.each<[string, () => Promise<Denied>, number, Record<string, string>, Record<string, unknown>]>([
    [
      'missing',
      () => denialOf(good, requestOf([])),
      401,
      { 'www-authenticate': 'rest_api_key realm="api"' },
      {
        title: 'Unauthorized',
        detail: 'A REST API key is required: Authorization: rest_api_key={Reference ID}',
        code: 'missing_credentials',
      },
    ],
    [
      'malformed',
      () => denialOf(good, requestOf(['rest_api_key'])),
      401,
      { 'www-authenticate': 'rest_api_key realm="api"' },
      {
        title: 'Unauthorized',
        detail: 'A REST API key is required: Authorization: rest_api_key={Reference ID}',
        code: 'malformed_credentials',
      },
    ],
    [
      'not authorized',
      () => denialOf(null),
      401,
      { 'www-authenticate': 'rest_api_key realm="api"' },
      {
        title: 'Unauthorized',
        detail: 'Not authorized: the REST API key does not belong to this tenant/IP.',
        code: 'not_authorized',
      },
    ],
    [
      'unavailable',
      () => denialOf(undefined),
      503,
      { 'retry-after': '2' },
      {
        title: 'Service Unavailable',
        detail: 'REST API keys cannot be checked at the moment. Try again.',
        code: 'temporarily_unavailable',
      },
    ],
    [
      'role not allowed',
      async () => {
        const principal = { inRole: 'Operator' } as Principal
        return authorizerOn(good).requireRole({ principal, roles: ['Administrator'] }) as Denied
      },
      403,
      {},
      {
        title: 'Forbidden',
        detail: 'The role of this REST API key may not use this endpoint.',
        code: 'role_not_allowed',
      },
    ],
  ])('%s', async (_, denial, status, headers, problem) => {
    const { response } = await denial()
    expect(response.status).toBe(status)
    expect(response.headers).toEqual({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'authorization',
      ...headers,
    })
    expect(JSON.parse(response.body)).toEqual({ ...problem, status, message: [problem.detail] })
  })

  it('name every accepted format, its challenge and its header', async () => {
    const credentials = [restApiKeyCredentials(), bearerCredentials(), headerCredentials('X-Api-Key')]
    const { response } = await denialOf(good, requestOf([]), { credentials, realm: 'incidents' })
    expect(response.headers['www-authenticate']).toBe(
      'rest_api_key realm="incidents", Bearer realm="incidents", ApiKey realm="incidents", header="x-api-key"',
    )
    expect(response.headers.vary).toBe('authorization, x-api-key')
    expect(JSON.parse(response.body).detail).toBe(
      'A REST API key is required: Authorization: rest_api_key={Reference ID} or Authorization: Bearer {Reference ID} or X-Api-Key: {Reference ID}',
    )
  })

  it('a pass names the headers that were read', async () => {
    const credentials = [restApiKeyCredentials(), headerCredentials('X-Api-Key')]
    expect((await decide(good, {}, { credentials })) as Decision & { allowed: true }).toHaveProperty(
      'headers',
      {
        vary: 'authorization, x-api-key',
      },
    )
  })
})

describe('optional', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['no line', [], 'anonymous'],
    ['an empty line', [''], 'anonymous'],
    ['another scheme', ['Bearer abc'], 'anonymous'],
    ['two lines', ['Bearer abc', 'Bearer abc'], 'malformed_credentials'],
    ['a malformed key', ['rest_api_key = good'], 'malformed_credentials'],
    ['an unknown key', [authorizationFor('nobody')], 'unknown_key'],
    ['a good key', [authorizationFor('good')], 'allowed'],
  ]

  it.each(cases)('lets pass only what is missing: %s', async (_, lines, outcome) => {
    const authorizer = authorizerOn(good)
    expect(outcomeOf(await authorizer.authorize({ ...requestOf(lines), optional: true }))).toBe(outcome)
  })

  it.each<[string, Partial<KeyRequest>, unknown]>([
    ['a key of another tenant', { tenantId: 'globex' }, good],
    ['a deactivated key', {}, { ...good, activated: false }],
    ['an address that is not allowed', {}, { ...good, allowedIps: ['192.0.2.1'] }],
    ['a failing store', {}, undefined],
  ])('refuses %s', async (_, more, record) => {
    const authorizer = authorizerOn(record)
    expect((await authorizer.authorize({ ...request, ...more, optional: true })).allowed).toBe(false)
  })

  it.each(['true', 1, {}, [], undefined, null, false])('is on with true alone: %j', async (optional) => {
    const authorizer = authorizerOn(good)
    const odd = { ...requestOf([]), optional } as AuthorizationRequest
    expect(outcomeOf(await authorizer.authorize(odd))).toBe('missing_credentials')
  })

  it('an anonymous pass is one frozen object without a principal', async () => {
    const authorizer = authorizerOn(good)
    const anonymous = await authorizer.authorize({ ...requestOf([]), optional: true })
    expect(anonymous).toEqual({ allowed: true, principal: null, headers: { vary: 'authorization' } })
    expect(Object.isFrozen(anonymous)).toBe(true)
    expect(await authorizer.authorize({ ...requestOf([]), optional: true })).toBe(anonymous)
  })
})

describe('requireRole', () => {
  const principalIn = (inRole: string | null): Principal => ({
    keyId: 'key-1',
    tenantId: 'acme',
    groupId: null,
    onBehalfOf: 'jdoe',
    inRole,
    description: null,
    metadata: null,
  })

  it.each<[string, string | null, readonly string[], string | undefined]>([
    ['the role', 'Operator', ['Operator'], undefined],
    ['any one of several', 'Operator', ['Administrator', 'Operator'], undefined],
    ['another role', 'Operator', ['Administrator'], 'role_not_allowed'],
    ['another case', 'operator', ['Operator'], 'role_not_allowed'],
    ['a part of it', 'Operator', ['Operators'], 'role_not_allowed'],
    ['no role at all', null, ['Operator'], 'role_not_allowed'],
    ['no role against the text null', null, ['null'], 'role_not_allowed'],
    ['no list of roles', 'Operator', [], 'role_not_allowed'],
  ])('%s', (_, inRole, roles, reason) => {
    const denied = authorizerOn(good).requireRole({ principal: principalIn(inRole), roles })
    expect(denied?.reason).toBe(reason)
    if (denied) expect(denied.response.status).toBe(403)
  })

  it('refuses an anonymous request as one without credentials', async () => {
    const denied = authorizerOn(good).requireRole({ principal: null, roles: ['Operator'] })
    expect(denied).toEqual(await denialOf(good, requestOf([])))
  })

  it('refuses with a frozen decision', () => {
    const denied = authorizerOn(good).requireRole({ principal: principalIn(null), roles: ['Operator'] })
    expect(Object.isFrozen(denied)).toBe(true)
  })

  it('tells onDecision of a refusal, not of a pass', () => {
    const onDecision = vi.fn()
    const authorizer = authorizerOn(good, { onDecision })
    const native = { url: '/' }
    const guard = (principal: Principal | null) =>
      authorizer.requireRole({ principal, roles: ['Operator'], ip: '192.0.2.7', request: native })
    guard(principalIn('Operator'))
    expect(onDecision).not.toHaveBeenCalled()
    const denied = guard(principalIn('Reader'))
    expect(onDecision).toHaveBeenLastCalledWith(denied, {
      outcome: 'denied',
      keyId: 'key-1',
      tenantId: 'acme',
      ip: '192.0.2.7',
      durationMs: expect.any(Number),
    })
    expect(onDecision.mock.lastCall?.[1].request).toBe(native)
    const anonymous = guard(null)
    expect(onDecision).toHaveBeenLastCalledWith(anonymous, {
      outcome: 'denied',
      keyId: undefined,
      tenantId: undefined,
      ip: '192.0.2.7',
      durationMs: expect.any(Number),
    })
    expect(onDecision).toHaveBeenCalledTimes(2)
  })

  it('is not changed by a hook that fails', () => {
    const onDecision = () => {
      throw new Error('log is full')
    }
    const authorizer = authorizerOn(good, { onDecision })
    const denied = authorizer.requireRole({ principal: principalIn(null), roles: ['Operator'] })
    expect(denied?.reason).toBe('role_not_allowed')
  })
})

describe('the facts of onDecision', () => {
  const native = { headers: { authorization: authorizationFor('good') } }
  const limited = { ...good, allowedIps: ['192.0.2.1'] }

  async function factsOf(
    record: unknown,
    one: AuthorizationRequest,
    options: Partial<AuthorizerOptions> = {},
  ) {
    const told: [unknown, DecisionFacts][] = []
    const onDecision = (decision: unknown, facts: DecisionFacts) => void told.push([decision, facts])
    const authorizer = authorizerOn(record, { ...options, onDecision })
    const decision = await authorizer.authorize({ ...one, request: native })
    expect(told).toHaveLength(1)
    expect(told[0]?.[0]).toBe(decision)
    return told[0]?.[1] as DecisionFacts
  }

  const key = { keyId: 'key-good', tenantId: 'acme' }
  const none = { keyId: undefined, tenantId: undefined }
  const failing = () => Promise.reject(new Error('down'))

  it.each<[string, unknown, AuthorizationRequest, Partial<DecisionFacts>]>([
    ['a pass', good, request, { outcome: 'allowed', ...key }],
    [
      'a pass in whatever tenant',
      good,
      { ...request, tenantId: tenantFromKey },
      { outcome: 'allowed', ...key },
    ],
    ['a resolved tenant', good, { ...request, tenantId: async () => 'acme' }, { outcome: 'allowed', ...key }],
    ['an anonymous pass', good, { ...requestOf([]), optional: true }, { outcome: 'anonymous', ...none }],
    ['missing', good, requestOf([]), { outcome: 'denied', ...none }],
    ['malformed', good, requestOf(['rest_api_key']), { outcome: 'denied', ...none }],
    ['unknown', null, request, { outcome: 'denied', keyId: undefined, tenantId: 'acme' }],
    [
      'unknown in whatever tenant',
      null,
      { ...request, tenantId: tenantFromKey },
      { outcome: 'denied', ...none },
    ],
    ['deactivated', { ...good, activated: false }, request, { outcome: 'denied', ...key }],
    ['expired', { ...good, expiresAt: pastMoment }, request, { outcome: 'denied', ...key }],
    [
      'wrong tenant',
      good,
      { ...request, tenantId: 'globex' },
      { outcome: 'denied', ...key, tenantId: 'globex' },
    ],
    ['no tenant', good, { ...request, tenantId: null }, { outcome: 'denied', ...key, tenantId: undefined }],
    [
      'a tenant that is no text',
      good,
      { ...request, tenantId: ['acme'] as never },
      { outcome: 'denied', ...key, tenantId: undefined },
    ],
    ['wrong address', limited, request, { outcome: 'denied', ...key }],
    ['a failing store', undefined, request, { outcome: 'denied', keyId: undefined, tenantId: 'acme' }],
    ['a failing tenant', good, { ...request, tenantId: failing }, { outcome: 'denied', ...none }],
  ])('%s', async (_, record, one, expected) => {
    expect(await factsOf(record, one)).toEqual({ ...expected, ip: '192.0.2.7', durationMs: 0 })
  })

  it('a mistyped Reference ID: the tenant that was claimed', async () => {
    const ids = { ...referenceIds(), check: () => 'mistyped' as const }
    expect(await factsOf(null, request, { referenceIds: ids })).toMatchObject({
      keyId: undefined,
      tenantId: 'acme',
    })
  })

  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['unknown', undefined],
    ['192.0.2.1:4711', undefined],
    ['', undefined],
    [undefined, undefined],
    [['192.0.2.1'], undefined],
  ])('the address %j is told as %j', async (ip, told) => {
    expect((await factsOf(good, { ...request, ip: ip as string })).ip).toBe(told)
  })

  it("hold the framework's request where logging them does not show it", async () => {
    const facts = await factsOf(good, request)
    expect(facts.request).toBe(native)
    expect(Object.keys(facts)).not.toContain('request')
    expect({ ...facts }).not.toHaveProperty('request')
    expect(JSON.stringify(facts)).not.toContain(authorizationFor('good'))
    expect(inspect(facts, { depth: Infinity })).not.toContain(authorizationFor('good'))
    expect(structuredClone(facts)).not.toHaveProperty('request')
  })

  it('measure from the call to the decision, tenant and store included', async () => {
    const onDecision = vi.fn()
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, onDecision })
    let resolve = (_: string) => {}
    const tenant = new Promise<string>((done) => {
      resolve = done
    })
    const pending = authorizer.authorize({ ...request, tenantId: () => tenant })
    vi.advanceTimersByTime(20)
    resolve('acme')
    await turn()
    vi.advanceTimersByTime(5)
    store.reads[0]?.answer(good)
    await pending
    expect(onDecision.mock.lastCall?.[1].durationMs).toBe(25)
  })

  it('are told before the promise of authorize settles, once for each call', async () => {
    const onDecision = vi.fn()
    const authorizer = authorizerOn(good, { onDecision })
    await Promise.all(Array.from({ length: 10 }, () => authorizer.authorize(request)))
    expect(onDecision).toHaveBeenCalledTimes(10)
  })

  it('are told after close() too', async () => {
    const onDecision = vi.fn()
    const authorizer = authorizerOn(good, { onDecision })
    await authorizer.close()
    const decision = await authorizer.authorize(request)
    expect(onDecision).toHaveBeenCalledWith(decision, expect.objectContaining({ outcome: 'denied' }))
  })
})

describe('onDecision cannot change the outcome', () => {
  const thrower = () => {
    throw new Error('log is full')
  }
  const attempts: readonly (readonly [string, NonNullable<AuthorizerOptions['onDecision']>])[] = [
    ['by throwing', thrower],
    [
      'by throwing undefined',
      () => {
        throw undefined
      },
    ],
    ['by rejecting', () => Promise.reject(new Error('log is full'))],
    ['by a thenable that throws', () => Object.defineProperty({}, 'then', { value: thrower })],
    ['by a thenable that cannot be read', () => Object.defineProperty({}, 'then', { get: thrower })],
    ['by never settling', () => new Promise(() => {})],
    ['by what it returns', (decision) => ({ ...decision, allowed: !decision.allowed })],
    ['by changing the decision', (decision) => Object.assign(decision, { allowed: !decision.allowed })],
    [
      'by changing what is in the decision',
      (decision) => {
        if (decision.allowed) Object.assign(decision.principal as Principal, { tenantId: 'globex' })
        else Object.assign(decision.response, { status: 200 })
      },
    ],
    [
      'by changing the headers',
      (decision) =>
        Object.assign(decision.allowed ? decision.headers : decision.response.headers, { vary: '*' }),
    ],
    ['by changing the facts', (_, facts) => Object.assign(facts, { outcome: 'allowed', keyId: 'other' })],
    [
      'by deleting the facts',
      (_, facts) => Reflect.ownKeys(facts).map((key) => Reflect.deleteProperty(facts, key)),
    ],
  ]
  const requests: readonly (readonly [string, AuthorizationRequest])[] = [
    ['a pass', request],
    ['a refusal', { ...request, tenantId: 'globex' }],
    ['an unknown key', requestWith('nobody')],
    ['an anonymous pass', { ...requestOf([]), optional: true }],
  ]

  for (const [what, one] of requests) {
    it.each(attempts)(`of ${what} %s`, async (_, onDecision) => {
      const called = vi.fn(onDecision)
      const authorizer = authorizerOn(good, { onDecision: called })
      const expected = JSON.stringify(await authorizerOn(good).authorize(one))
      expect(JSON.stringify(await authorizer.authorize(one))).toBe(expected)
      expect(JSON.stringify(await authorizer.authorize(one))).toBe(expected)
      expect(called).toHaveBeenCalledTimes(2)
    })
  }

  it('of a request that it authorizes itself', async () => {
    const inner: Promise<unknown>[] = []
    const onDecision = vi.fn(() => {
      if (inner.length < 3) inner.push(authorizer.authorize(request))
    })
    const authorizer = authorizerOn(good, { onDecision })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    for (const decision of inner) expect(outcomeOf((await decision) as Decision)).toBe('allowed')
    expect(onDecision).toHaveBeenCalledTimes(4)
  })
})

describe('headerLines', () => {
  it('is called before anything is awaited', async () => {
    const headerLines = vi.fn(request.headerLines)
    const pending = authorizerOn(good).authorize({ ...request, headerLines, tenantId: async () => 'acme' })
    expect(headerLines).toHaveBeenCalledExactlyOnceWith('authorization')
    await pending
    expect(headerLines).toHaveBeenCalledOnce()
  })

  it('that throws rejects the promise: a mistake of the adapter is no refusal', async () => {
    const headerLines = () => {
      throw new TypeError('no request')
    }
    await expect(authorizerOn(good).authorize({ ...request, headerLines })).rejects.toThrow('no request')
  })
})
