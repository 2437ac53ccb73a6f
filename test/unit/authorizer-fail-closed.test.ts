import {
  type AuthorizerOptions,
  authorizationFor,
  createAuthorizer,
  type Denied,
  type Digest,
  isRestApiKeyError,
  type KeyRecord,
  plainDigest,
  RestApiKeyError,
  sha256Digest,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { type KeyRequest, outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { answeringStore, type ScriptedRead, scriptedStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const good = recordOf('good')
const request = requestWith('good')
const caches = [
  ['with a cache', {}],
  ['without a cache', { cache: false }],
] as const satisfies readonly (readonly [string, Partial<AuthorizerOptions>])[]

/** A record that is good but for these fields, of any type. */
const but = (fields: Record<string, unknown>): unknown => ({ ...good, ...fields })
const without = (field: keyof KeyRecord): unknown =>
  Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))

async function refusal(options: AuthorizerOptions, ofRequest: KeyRequest = request): Promise<Denied> {
  const decision = await createAuthorizer(options).authorize(ofRequest)
  if (decision.allowed) throw new Error('The request was allowed')
  return decision
}

function expectUnavailable(decision: Denied, code: string): void {
  expect(decision.reason).toBe('store_unavailable')
  expect(decision.response.status).toBe(503)
  expect(decision.response.headers).toHaveProperty('retry-after')
  expect(decision.response.headers).not.toHaveProperty('www-authenticate')
  expect(isRestApiKeyError(decision.cause) && decision.cause.code).toBe(code)
}

const thrower = (error: unknown) => () => {
  throw error
}
/** No promise of this realm, but one all the same. */
const thenable = (then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) =>
  Object.defineProperty({}, 'then', { value: then })
const toxicError = Object.defineProperties(new Error('toxic'), {
  code: { get: thrower(new Error('code')) },
  stack: { get: thrower(new Error('stack')) },
})
const toxicProxy = new Proxy({}, { has: thrower(new Error('has')), getPrototypeOf: thrower(new Error('of')) })
const circular = {}
Object.assign(circular, { self: circular })

describe('a store that fails', () => {
  const failures: readonly (readonly [name: string, answer: () => unknown])[] = [
    ['throws at once', thrower(new Error('down'))],
    ['throws a text', thrower('down')],
    ['throws undefined', thrower(undefined)],
    ['throws null', thrower(null)],
    ['throws the record', thrower(good)],
    ['throws an error whose properties throw', thrower(toxicError)],
    ['throws a proxy that throws', thrower(toxicProxy)],
    ['rejects', async () => thrower(new Error('down'))()],
    ['rejects with a text', () => Promise.reject('down')],
    ['rejects with undefined', () => Promise.reject(undefined)],
    ['rejects with null', () => Promise.reject(null)],
    ['rejects with an error whose properties throw', () => Promise.reject(toxicError)],
    ['rejects with a proxy that throws', () => Promise.reject(toxicProxy)],
    ['rejects with an AbortError', () => Promise.reject(new DOMException('aborted', 'AbortError'))],
    ['returns a thenable that rejects', () => thenable((_, reject) => reject(1))],
    ['returns a thenable that throws', () => thenable(thrower(new Error('down')))],
    ['returns a thenable that cannot be read', () => Object.defineProperty({}, 'then', { get: thrower(1) })],
    ['returns a record that cannot be read', () => Object.defineProperty({}, 'digest', { get: thrower(1) })],
    [
      'returns a record that stops being readable',
      () => Object.defineProperty({ ...good }, 'metadata', { get: thrower(new Error('gone')) }),
    ],
  ]

  for (const [cacheName, cache] of caches) {
    it.each(failures)(`${cacheName}: %s, and is asked again`, async (_, fail) => {
      const store = answeringStore(fail)
      const authorizer = createAuthorizer({ store, ...cache })
      for (const decision of await Promise.all([
        authorizer.authorize(request),
        authorizer.authorize(request),
      ])) {
        expectUnavailable(decision as Denied, 'store_failed')
      }
      const readsWhileFailing = store.reads.length
      store.answer = () => good
      expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
      expect(store.reads).toHaveLength(readsWhileFailing + 1)
    })
  }

  it('hands on the code of an error of this library', async () => {
    const error = new RestApiKeyError('store_overloaded', 'The pool is exhausted')
    const decision = await refusal({ store: answeringStore(thrower(error)) })
    expectUnavailable(decision, 'store_overloaded')
    expect(decision.cause).toBe(error)
  })

  it.each([
    [
      'the class and the code',
      { name: 'MongoServerError', code: 'ECONNREFUSED' },
      'MongoServerError, ECONNREFUSED',
    ],
    ['a SQLSTATE', { name: 'error', code: '57P01' }, 'error, 57P01'],
    ['a code of several words', { code: 'ERR_HTTP2_STREAM_ERROR' }, 'Error, ERR_HTTP2_STREAM_ERROR'],
    ['no name that is none', { name: 'key 0123' }, 'Error'],
    ['no code that is none', { code: '0123456789ABCDEF' }, 'Error'],
    ['no code that is a number', { code: 11000 }, 'Error'],
  ])('tells the operator of its error %s', async (_, properties, label) => {
    const error = Object.assign(new Error('connection lost'), properties)
    const { cause } = await refusal({ store: answeringStore(thrower(error)) })
    expect(String(cause)).toBe(`RestApiKeyError: The key store failed (${label})`)
  })

  it.each(['connection\n lost', '', 'at', 'test'])(
    'tells where the error was thrown: %j',
    async (message) => {
      const { cause } = await refusal({ store: answeringStore(thrower(new Error(message))) })
      const [head, ...frames] = (cause as RestApiKeyError).stack?.split('\n') ?? []
      expect(head).toBe('RestApiKeyError: The key store failed (Error)')
      expect(frames[0]).toContain('authorizer-fail-closed.test.ts')
    },
  )
})

describe('a store that returns what is no record', () => {
  const answers: readonly (readonly [name: string, answer: unknown])[] = [
    ['undefined', undefined],
    ['false', false],
    ['true', true],
    ['0', 0],
    ['1', 1],
    ['NaN', Number.NaN],
    ['an empty text', ''],
    ['the record as JSON', JSON.stringify(good)],
    ['a symbol', Symbol('record')],
    ['a function', () => good],
    ['an empty array', []],
    ['an array with the record', [good]],
    ['an empty object', {}],
    ['a result of a driver', { rows: [good], rowCount: 1 }],
    ['a map', new Map(Object.entries(good))],
    ['activated 1', but({ activated: 1 })],
    ['activated 0', but({ activated: 0 })],
    ["activated 'true'", but({ activated: 'true' })],
    ["activated 'false'", but({ activated: 'false' })],
    ["activated ''", but({ activated: '' })],
    ['activated null', but({ activated: null })],
    ['activated undefined', but({ activated: undefined })],
    ['activated []', but({ activated: [] })],
    ['activated [true]', but({ activated: [true] })],
    ['activated {}', but({ activated: {} })],
    ['activated new Boolean(true)', but({ activated: new Boolean(true) })],
    ['activated as a byte', but({ activated: Buffer.from([1]) })],
    ['activated 1n', but({ activated: 1n })],
    ['no activated', without('activated')],
    ['another digest', but({ digest: sha256Digest()('other') })],
    ['the digest in upper case', but({ digest: good.digest.toUpperCase() })],
    ['the digest with a blank', but({ digest: `${good.digest} ` })],
    ['the digest with a NUL', but({ digest: `${good.digest}\0` })],
    ['the digest without its end', but({ digest: good.digest.slice(0, -1) })],
    ['the digest with a full-width digit', but({ digest: good.digest.replace(/\d/, '\uff11') })],
    ['the digest as bytes', but({ digest: Buffer.from(good.digest) })],
    ['the digest in an array', but({ digest: [good.digest] })],
    ['the digest as an object', but({ digest: new String(good.digest) })],
    ['an empty digest', but({ digest: '' })],
    ['digest null', but({ digest: null })],
    ['no digest', without('digest')],
    ['a numeric id', but({ id: 7 })],
    ['an empty id', but({ id: '' })],
    ['id NaN', but({ id: Number.NaN })],
    ['id null', but({ id: null })],
    ['no id', without('id')],
    ['a numeric tenant', but({ tenantId: 7 })],
    ['an empty tenant', but({ tenantId: '' })],
    ['a tenant in an array', but({ tenantId: ['acme'] })],
    ['tenant null', but({ tenantId: null })],
    ['no tenant', without('tenantId')],
    ['a numeric group', but({ groupId: 7 })],
    ['description NaN', but({ description: Number.NaN })],
    ['a user as an object', but({ onBehalfOf: { id: 'jdoe' } })],
    ['roles in an array', but({ inRole: ['Administrator'] })],
    ['role true', but({ inRole: true })],
    ['IP rules as a text', but({ allowedIps: '192.0.2.7' })],
    ['IP rules as an object', but({ allowedIps: { 0: '192.0.2.7' } })],
    ['IP rules as a set', but({ allowedIps: new Set(['192.0.2.7']) })],
    ['IP rules false', but({ allowedIps: false })],
    ['a numeric IP rule', but({ allowedIps: [3221225991] })],
    ['an IP rule null', but({ allowedIps: [null] })],
    ['a hole among the IP rules', but({ allowedIps: new Array(1) })],
    ['an expiry as a text', but({ expiresAt: '2999-01-01T00:00:00Z' })],
    ['an expiry as a number', but({ expiresAt: 32472144000000 })],
    ['an invalid expiry', but({ expiresAt: new Date(Number.NaN) })],
    ['expiry false', but({ expiresAt: false })],
    ['metadata as JSON', but({ metadata: '{}' })],
    ['metadata as an array', but({ metadata: [] })],
    ['metadata as a map', but({ metadata: new Map() })],
    ['metadata with a function', but({ metadata: { f() {} } })],
    ['metadata with NaN', but({ metadata: { n: Number.NaN } })],
    ['metadata with a bigint', but({ metadata: { n: 1n } })],
    ['metadata with a date', but({ metadata: { at: new Date(0) } })],
    ['metadata in a circle', but({ metadata: circular })],
  ]
  const malformedRules: readonly (readonly [name: string, rules: readonly string[]])[] = [
    ['an empty IP rule', ['']],
    ['an IP rule that is a name', ['localhost']],
    ['a wildcard', ['192.0.2.*']],
    ['an octal address', ['0300.0.2.7']],
    ['a prefix that is too long', ['192.0.2.0/33']],
    ['a netmask', ['192.0.2.0/255.255.255.0']],
    ['a range upside down', ['192.0.2.9-192.0.2.7']],
    ['a blank around an IP rule', [' 192.0.2.7']],
    ['a bad IP rule behind one that names the address', ['192.0.2.7', 'nonsense']],
    ['a bad IP rule before one that names the address', ['nonsense', '0.0.0.0/0']],
  ]
  const cases = [
    ...answers.map(([name, answer]) => [name, answer, 'invalid_record'] as const),
    ...malformedRules.map(([name, allowedIps]) => [name, but({ allowedIps }), 'invalid_ip_rule'] as const),
  ]

  for (const [cacheName, cache] of caches) {
    it.each(cases)(`${cacheName}: %s, and is asked again`, async (_, answer, code) => {
      const store = answeringStore(async () => answer)
      const authorizer = createAuthorizer({ store, ...cache })
      expectUnavailable((await authorizer.authorize(request)) as Denied, code)
      expectUnavailable((await authorizer.authorize(request)) as Denied, code)
      expect(store.reads).toHaveLength(2)
      store.answer = async () => good
      expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
      expect(store.reads).toHaveLength(3)
    })
  }

  it('the same without a promise', async () => {
    for (const [, answer, code] of cases) {
      expectUnavailable(await refusal({ store: answeringStore(() => answer) }), code)
    }
  })

  it('tells the operator which field it is', async () => {
    const { cause } = await refusal({ store: answeringStore(() => but({ activated: 1 })) })
    expect((cause as RestApiKeyError).message).toMatch(/"activated".*true or false.*convert it in the store/)
  })

  it('null is the only answer that means an unknown key', async () => {
    expect((await refusal({ store: answeringStore(() => null) })).reason).toBe('unknown_key')
    expect((await refusal({ store: answeringStore(async () => null) })).reason).toBe('unknown_key')
  })

  it('a good record is good without a promise too', async () => {
    const authorizer = createAuthorizer({ store: answeringStore(() => good) })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })
})

describe('a store that hangs', () => {
  for (const [cacheName, cache] of caches) {
    describe(cacheName, () => {
      it('is given up after storeTimeoutMs, not before, and its signal aborts', async () => {
        const store = scriptedStore()
        const settled = vi.fn()
        const pending = createAuthorizer({ store, ...cache }).authorize(request)
        pending.finally(settled)
        vi.advanceTimersByTime(1_999)
        await turn()
        expect(settled).not.toHaveBeenCalled()
        expect(store.reads[0]?.signal.aborted).toBe(false)
        vi.advanceTimersByTime(1)
        expectUnavailable((await pending) as Denied, 'store_timeout')
        expect(store.reads[0]?.signal.aborted).toBe(true)
      })

      it.each<[string, (read: ScriptedRead) => void]>([
        ['a late record', (read) => read.answer(good)],
        ['a late null', (read) => read.answer(null)],
        ['late nonsense', (read) => read.answer([good])],
        ['a late rejection', (read) => read.fail(new Error('late'))],
        ['no answer ever', () => {}],
      ])('%s changes nothing', async (_, late) => {
        const store = scriptedStore()
        const authorizer = createAuthorizer({ store, storeTimeoutMs: 50, ...cache })
        const first = authorizer.authorize(request)
        vi.advanceTimersByTime(50)
        expectUnavailable((await first) as Denied, 'store_timeout')

        // Late while nothing runs.
        late(store.reads[0] as ScriptedRead)
        await turn()
        const second = authorizer.authorize(request)
        expect(store.reads).toHaveLength(2)
        store.reads[1]?.answer({ ...good, activated: false })
        expect(outcomeOf(await second)).toBe('deactivated')
      })

      it('a late record does not answer a read that runs since', async () => {
        const store = scriptedStore()
        const authorizer = createAuthorizer({ store, storeTimeoutMs: 50, ...cache })
        const first = authorizer.authorize(request)
        vi.advanceTimersByTime(50)
        await first
        const second = authorizer.authorize(request)
        store.reads[0]?.answer(good)
        await turn()
        store.reads[1]?.answer(null)
        expect(outcomeOf(await second)).toBe('unknown_key')
      })
    })
  }

  it('times out by its own clock even if it rejects on the abort', async () => {
    const store = answeringStore(() => null)
    const pending = createAuthorizer({
      storeTimeoutMs: 50,
      store: {
        ...store,
        findByDigest: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted by the driver')))
          }),
      },
    }).authorize(request)
    vi.advanceTimersByTime(50)
    expectUnavailable((await pending) as Denied, 'store_timeout')
  })

  it('does not time out for those who answered: no timer is left', async () => {
    for (const answer of [() => good, () => null, () => Promise.reject(new Error('down')), thrower(1)]) {
      const store = answeringStore(answer)
      await createAuthorizer({ store }).authorize(request)
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses all who wait for the same read', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const waiting = Array.from({ length: 10 }, () => authorizer.authorize(request))
    expect(store.reads).toHaveLength(1)
    vi.advanceTimersByTime(2_000)
    for (const decision of await Promise.all(waiting)) expectUnavailable(decision as Denied, 'store_timeout')
  })
})

describe('maxConcurrentLookups', () => {
  const records = ['a', 'b', 'c'].map((id) => recordOf(id))
  const [a, b, c] = ['a', 'b', 'c'].map((id) => requestWith(id)) as [KeyRequest, KeyRequest, KeyRequest]

  it('refuses beyond it without asking the store', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 2 })
    const running = [authorizer.authorize(a), authorizer.authorize(b)]
    expectUnavailable((await authorizer.authorize(c)) as Denied, 'store_overloaded')
    expect(store.reads).toHaveLength(2)
    for (const [index, read] of store.reads.entries()) read.answer(records[index])
    expect((await Promise.all(running)).map(outcomeOf)).toEqual(['allowed', 'allowed'])
  })

  it('caches no refusal: the next request is looked up', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1 })
    const running = authorizer.authorize(a)
    await authorizer.authorize(b)
    store.reads[0]?.answer(records[0])
    await running
    const next = authorizer.authorize(b)
    store.reads[1]?.answer(records[1])
    expect(outcomeOf(await next)).toBe('allowed')
  })

  it.each<[string, (read: ScriptedRead) => void]>([
    ['an answer', (read) => read.answer(records[0])],
    ['a null', (read) => read.answer(null)],
    ['nonsense', (read) => read.answer(undefined)],
    ['a failure', (read) => read.fail(new Error('down'))],
    ['a timeout', () => vi.advanceTimersByTime(2_000)],
  ])('%s makes room', async (_, end) => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1 })
    const running = authorizer.authorize(a)
    end(store.reads[0] as ScriptedRead)
    await running
    const next = authorizer.authorize(b)
    store.reads[1]?.answer(records[1])
    expect(outcomeOf(await next)).toBe('allowed')
  })

  it('a store that throws at once makes room', async () => {
    const store = answeringStore(thrower(new Error('down')))
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1 })
    for (const one of [a, b, c])
      expectUnavailable((await authorizer.authorize(one)) as Denied, 'store_failed')
    expect(store.reads).toHaveLength(3)
  })

  it('does not count those who wait for a read that runs already, nor those whom the cache answers', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1 })
    const first = authorizer.authorize(a)
    store.reads[0]?.answer(records[0])
    await first
    const running = [authorizer.authorize(b), authorizer.authorize(b)]
    expect(outcomeOf(await authorizer.authorize(a))).toBe('allowed')
    store.reads[1]?.answer(records[1])
    expect((await Promise.all(running)).map(outcomeOf)).toEqual(['allowed', 'allowed'])
    expect(store.reads).toHaveLength(2)
  })

  it('counts every request where there is no cache', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store, maxConcurrentLookups: 1, cache: false })
    const running = authorizer.authorize(a)
    expectUnavailable((await authorizer.authorize(a)) as Denied, 'store_overloaded')
    store.reads[0]?.answer(records[0])
    expect(outcomeOf(await running)).toBe('allowed')
  })
})

describe('a tenant resolver that fails', () => {
  it.each<[string, KeyRequest['tenantId']]>([
    ['throws', thrower(new Error('down'))],
    ['throws undefined', thrower(undefined)],
    ['throws a tenant', thrower('acme')],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['rejects with a tenant', () => Promise.reject('acme')],
    ['returns a thenable that throws', () => thenable(thrower(new Error('down'))) as Promise<string>],
  ])('%s: 503 without asking the store, and nothing is remembered', async (_, tenantId) => {
    const store = answeringStore(() => good)
    const authorizer = createAuthorizer({ store })
    expectUnavailable((await authorizer.authorize({ ...request, tenantId })) as Denied, 'tenant_failed')
    expect(store.reads).toHaveLength(0)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })

  it('refuses a cached key too', async () => {
    const authorizer = createAuthorizer({ store: answeringStore(() => good) })
    await authorizer.authorize(request)
    const tenantId = () => Promise.reject(new Error('down'))
    const denied = (await authorizer.authorize({ ...request, tenantId })) as Denied
    expectUnavailable(denied, 'tenant_failed')
    expect(denied.cause).toHaveProperty('message', 'The tenant resolver failed (Error)')
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['an array', ['acme']],
    ['an object', { toString: () => 'acme' }],
    ['a text object', new String('acme')],
    ['true', true],
    ['a function', () => 'acme'],
  ])('resolves to %s: no tenant', async (_, claim) => {
    for (const tenantId of [() => claim, async () => claim] as KeyRequest['tenantId'][]) {
      const decision = await refusal({ store: answeringStore(() => good) }, { ...request, tenantId })
      expect(decision).toMatchObject({ reason: 'wrong_tenant', cause: 'tenant_unresolved' })
    }
  })

  it('takes a promise of any kind', async () => {
    const tenantId = () => thenable((resolve) => resolve('acme')) as Promise<string>
    const authorizer = createAuthorizer({ store: answeringStore(() => good) })
    expect(outcomeOf(await authorizer.authorize({ ...request, tenantId }))).toBe('allowed')
  })
})

describe('a digest function that fails', () => {
  const failing: readonly (readonly [string, Digest, string])[] = [
    ['throws', thrower(new Error('down')), 'store_failed'],
    ['throws undefined', thrower(undefined), 'store_failed'],
    ['returns undefined', (() => undefined) as unknown as Digest, 'invalid_option'],
    ['returns null', (() => null) as unknown as Digest, 'invalid_option'],
    ['returns bytes', ((id: string) => Buffer.from(id)) as unknown as Digest, 'invalid_option'],
    ['returns a promise', (async (id: string) => sha256Digest()(id)) as unknown as Digest, 'invalid_option'],
  ]

  for (const [cacheName, cache] of caches) {
    it.each(failing)(`${cacheName}: %s`, async (_, digest, code) => {
      const store = answeringStore(() => good)
      expectUnavailable(await refusal({ store, digest, ...cache }), code)
      expect(store.reads).toHaveLength(0)
    })

    it.each(failing)(`${cacheName}: %s, as the second of a list`, async (_, digest, code) => {
      const store = answeringStore(() => null)
      const options = { store, digest: [sha256Digest(), digest], ...cache }
      expectUnavailable(await refusal(options), code)
    })
  }

  it('does not refuse what was found before it', async () => {
    const digest = [sha256Digest(), thrower(new Error('down'))]
    const authorizer = createAuthorizer({ store: answeringStore(() => good), digest })
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })
})

describe('a list of digests', () => {
  const first = sha256Digest()('good')
  const second = plainDigest()('good')
  const digest = [sha256Digest(), plainDigest()]
  const found = (one: string) => ({ ...good, digest: one })
  const failed = () => Promise.reject(new Error('down'))
  const answers = {
    found: async (one: string) => found(one),
    none: async () => null,
    failed,
    nonsense: async () => undefined,
  }
  type Answer = keyof typeof answers

  const cases: readonly (readonly [Answer, Answer, string, number])[] = [
    ['found', 'found', 'allowed', 1],
    ['found', 'none', 'allowed', 1],
    ['found', 'failed', 'allowed', 1],
    ['found', 'nonsense', 'allowed', 1],
    ['none', 'found', 'allowed', 2],
    ['none', 'none', 'unknown_key', 2],
    ['none', 'failed', 'store_unavailable', 2],
    ['none', 'nonsense', 'store_unavailable', 2],
    ['failed', 'found', 'store_unavailable', 1],
    ['failed', 'none', 'store_unavailable', 1],
    ['failed', 'failed', 'store_unavailable', 1],
    ['nonsense', 'found', 'store_unavailable', 1],
    ['nonsense', 'none', 'store_unavailable', 1],
  ]

  for (const [cacheName, cache] of caches) {
    it.each(cases)(`${cacheName}: first %s, second %s: %s`, async (one, other, outcome, reads) => {
      const store = answeringStore((asked) => answers[asked === first ? one : other](asked))
      const authorizer = createAuthorizer({ store, digest, ...cache })
      expect(outcomeOf(await authorizer.authorize(request))).toBe(outcome)
      expect(store.reads).toEqual([first, second].slice(0, reads))
      expect(outcomeOf(await authorizer.authorize(request))).toBe(outcome)
    })
  }

  it('remembers that the first is none when the second fails, and asks for the second again', async () => {
    const store = answeringStore((asked) => (asked === first ? null : failed()))
    const authorizer = createAuthorizer({ store, digest })
    await authorizer.authorize(request)
    await authorizer.authorize(request)
    store.answer = found
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
    expect(store.reads).toEqual([first, second, second, second])
  })
})

describe('close()', () => {
  const lines: readonly (readonly [string, KeyRequest])[] = [
    ['a key', request],
    ['a cached key', requestWith('cached')],
    ['a key remembered as unknown', requestWith('unknown')],
    ['a key in another tenant', requestWith('cached', { tenantId: 'globex' })],
    ['a resolver that fails', requestWith('cached', { tenantId: thrower(new Error('down')) })],
    ['no key', requestOf([])],
    ['a malformed key', requestOf([`${authorizationFor('good')},`])],
  ]

  for (const [cacheName, cache] of caches) {
    it.each(lines)(`${cacheName}: a request with %s is refused without asking the store`, async (_, one) => {
      const records = [good, recordOf('cached')]
      const store = answeringStore((asked) => records.find((record) => record.digest === asked) ?? null)
      const authorizer = createAuthorizer({ store, ...cache })
      await authorizer.authorize(requestWith('cached'))
      await authorizer.authorize(requestWith('unknown'))
      const reads = store.reads.length
      await authorizer.close()
      expectUnavailable((await authorizer.authorize(one)) as Denied, 'closed')
      expectUnavailable((await authorizer.authorize({ ...one, optional: true })) as Denied, 'closed')
      expect(store.reads).toHaveLength(reads)
    })
  }

  it('acts at once, before its promise settles', async () => {
    const authorizer = createAuthorizer({ store: answeringStore(() => good) })
    await authorizer.authorize(request)
    const closing = authorizer.close()
    const denied = (await authorizer.authorize(request)) as Denied
    expectUnavailable(denied, 'closed')
    expect(denied.cause).toHaveProperty('message', 'The authorizer is closed')
    await closing
  })

  it('lets a request that runs already have its answer', async () => {
    const store = scriptedStore()
    const authorizer = createAuthorizer({ store })
    const running = authorizer.authorize(request)
    await authorizer.close()
    store.reads[0]?.answer(good)
    expect(outcomeOf(await running)).toBe('allowed')
    expectUnavailable((await authorizer.authorize(request)) as Denied, 'closed')
  })

  it('may be called again', async () => {
    const authorizer = createAuthorizer({ store: answeringStore(() => good) })
    await authorizer.close()
    await authorizer.close()
  })
})
