import {
  type Authorizer,
  type AuthorizerOptions,
  authorizationFor,
  bearerCredentials,
  createAuthorizer,
  type Digest,
  headerCredentials,
  hmacSha256Digest,
  ipRulesFromText,
  isRestApiKeyError,
  type KeyRecord,
  type KeyStore,
  memoryStore,
  plainDigest,
  referenceIds,
  restApiKeyCredentials,
  sha256Digest,
  tenantFromHeader,
  tenantFromSubdomain,
  trustedClientIp,
} from 'rest-api-key'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { KeyCache } from '../../src/key-cache.js'
import { useFakeClock } from '../support/fake-clock.js'
import { type KeyRequest, outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { renderings, visible } from '../support/renderings.js'
import { answeringStore, scriptedStore } from '../support/scripted-store.js'

useFakeClock()
expectNoUnhandledRejections()

const pepper = 'PEPPER-CANARY-0123456789ABCDEF'
/** As the original product issues them, as this library generates them, and by hand. */
const canaries = [
  '0F1E2D3C4B5A69788796A5B4C3D2E1F0',
  'rak_0Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St1k2Wz3',
  'canary.reference-id~1',
] as const
const [canary] = canaries

const hmac = hmacSha256Digest({ pepper })
const digests: readonly (readonly [string, Digest | readonly Digest[]])[] = [
  ['sha256Digest', sha256Digest()],
  ['hmacSha256Digest', hmac],
  ['plainDigest', plainDigest()],
  ['a list of all', [hmac, sha256Digest(), plainDigest()]],
]
/** Enough where the kind of digest makes no other difference than what the store has. */
const failing = digests.filter(([name]) => name === 'sha256Digest' || name === 'a list of all')
const lastOf = (digest: Digest | readonly Digest[]): Digest => [digest].flat().at(-1) as Digest

/** What must not be seen: the Reference ID, the pepper and every name under which the store or the cache knows the key. */
function secretsOf(referenceId: string): readonly string[] {
  const inClear = plainDigest()(referenceId)
  return [referenceId, pepper, sha256Digest()(referenceId), hmac(referenceId), sha256Digest()(inClear)]
}

function expectNoSecret(shown: string, referenceId: string): void {
  expect(secretsOf(referenceId).filter((secret) => shown.includes(secret))).toEqual([])
}

describe('the search for the canary itself', () => {
  const error = new Error('outer', { cause: new Error('inner', { cause: { query: canary } }) })
  const long = Object.assign(Array(1_000).fill(0), { 999: `${'x'.repeat(20_000)}${canary}` })
  it.each<[string, unknown]>([
    ['a text', canary],
    ['a property', { a: { b: { c: { d: { e: { f: canary } } } } } }],
    ['a property name', { [canary]: 1 }],
    ['a symbol', { [Symbol(canary)]: 1 }],
    ['a property that is not enumerable', Object.defineProperty({}, 'secret', { value: canary })],
    ['a getter', Object.defineProperty({}, 'secret', { get: () => canary })],
    ['a map', new Map([[1, new Set([canary])]])],
    ['a long array of long texts', long],
    ['toString', { toString: () => canary }],
    ['toJSON', { toJSON: () => canary }],
    ['the message of an error', new Error(`no row for ${canary}`)],
    ['a property of an error', Object.assign(new Error('failed'), { parameters: [canary] })],
    ['the cause of the cause of an error', error],
    ['the stack of an error', Object.assign(new Error('failed'), { stack: canary })],
  ])('finds it in %s', (_, value) => {
    expect(renderings(value)).toContain(canary)
  })
})

describe('a canary Reference ID', () => {
  const written: unknown[] = []
  const streams = [process.stdout, process.stderr]
  const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const

  beforeEach(() => {
    written.length = 0
    const write = (...args: unknown[]) => written.push(args) > 0
    for (const stream of streams) vi.spyOn(stream, 'write').mockImplementation(write)
    for (const method of consoleMethods) vi.spyOn(console, method).mockImplementation(write)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    expect(written).toEqual([])
  })

  /** Asks everything that can be asked about a key and returns all that comes out, printed. */
  async function everything(referenceId: string, options: AuthorizerOptions, more: Partial<KeyRequest> = {}) {
    const shown: string[] = []
    const authorizer = createAuthorizer({
      cache: { maxEntries: 10, maxUnknown: 10 },
      ...options,
      onDecision: (decision, facts) => {
        const { request: _, ...logged } = facts
        shown.push(renderings(decision), visible(facts), renderings(logged))
      },
    })
    const native = { headers: { authorization: authorizationFor(referenceId) } }
    const one = { ...requestWith(referenceId), ...more, request: native }
    const decision = await authorizer.authorize(one)
    shown.push(outcomeOf(decision), renderings(decision), renderings(await authorizer.explain(one)))
    if (decision.allowed) {
      const { principal } = decision
      const refused = authorizer.requireRole({ principal, roles: ['Nobody'], request: native })
      shown.push(renderings(principal), renderings(refused))
    } else {
      const { body, ...init } = decision.response
      shown.push(JSON.stringify([...new Response(body, init).headers]), body, renderings(decision.cause))
    }
    shown.push(renderings(authorizer))
    await authorizer.close()
    shown.push(renderings(await authorizer.authorize(one)))
    return shown.join('\n')
  }

  for (const referenceId of canaries) {
    describe(referenceId, () => {
      it.each(digests)('is nowhere when its key passes or is refused: %s', async (_, digest) => {
        const record = recordOf(referenceId, {
          id: 'key-1',
          digest: lastOf(digest)(referenceId),
          inRole: 'Operator',
        })
        const states: readonly (readonly [string, Partial<KeyRecord> | null, Partial<KeyRequest>])[] = [
          ['allowed', {}, {}],
          ['deactivated', { activated: false }, {}],
          ['expired', { expiresAt: new Date(0) }, {}],
          ['wrong_tenant', {}, { tenantId: 'globex' }],
          ['ip_not_allowed', { allowedIps: ['198.51.100.1'] }, {}],
          ['unknown_key', null, {}],
        ]
        for (const [outcome, fields, more] of states) {
          const store = answeringStore((asked) =>
            fields && asked === record.digest ? { ...record, ...fields } : null,
          )
          const shown = await everything(referenceId, { store, digest }, more)
          expect(shown).toContain(outcome)
          expectNoSecret(shown, referenceId)
        }
      })

      it.each(failing)('is nowhere when the store fails with an error full of it: %s', async (_, digest) => {
        const inStore = lastOf(digest)(referenceId)
        for (const secret of new Set([referenceId, inStore])) {
          for (const [what, failure] of Object.entries(failuresWith(secret))) {
            const store = answeringStore(() => Promise.reject(failure))
            const shown = await everything(referenceId, { store, digest })
            expect(shown, what).toContain('store_unavailable')
            expectNoSecret(shown, referenceId)
          }
        }
      })

      it.each(failing)('is nowhere when a record is bad because of it: %s', async (_, digest) => {
        const inStore = lastOf(digest)(referenceId)
        for (const secret of new Set([referenceId, inStore])) {
          const record = recordOf(referenceId, { id: 'key-1', digest: inStore })
          for (const [field, value] of badFieldsWith(secret)) {
            const store = answeringStore((asked) =>
              asked === inStore ? { ...record, [field]: value } : null,
            )
            const shown = await everything(referenceId, { store, digest })
            expect(shown, field).toContain('store_unavailable')
            expectNoSecret(shown, referenceId)
          }
          for (const answer of [secret, [secret], { secret }, () => secret, Symbol(secret)]) {
            expectNoSecret(
              await everything(referenceId, { store: answeringStore(() => answer), digest }),
              referenceId,
            )
          }
        }
      })

      it.each(failing)('is nowhere when something else fails because of it: %s', async (_, digest) => {
        const store = answeringStore(() => null)
        for (const failure of Object.values(failuresWith(referenceId))) {
          const fail = thrower(failure)
          const tenant = await everything(referenceId, { store, digest }, { tenantId: fail })
          const inDigest = await everything(referenceId, { store, digest: [...[digest].flat(), fail] })
          for (const shown of [tenant, inDigest]) {
            expect(shown).toContain('store_unavailable')
            expectNoSecret(shown, referenceId)
          }
        }
      })

      it('is nowhere when it is sent in a wrong way', async () => {
        const credentials = [restApiKeyCredentials(), headerCredentials('x-api-key')]
        const store = answeringStore(() => null)
        for (const lines of [
          [`rest_api_key= ${referenceId}`],
          [`rest_api_key="${referenceId}"`],
          [`Bearer ${referenceId}`],
          [`Basic ${Buffer.from(`key:${referenceId}`).toString('base64')}`],
          [referenceId],
          [authorizationFor(referenceId), authorizationFor(referenceId)],
          [`${authorizationFor(referenceId)},${authorizationFor(referenceId)}`],
        ]) {
          for (const accepted of [credentials, restApiKeyCredentials(), bearerCredentials()]) {
            const options = { store, credentials: accepted }
            expectNoSecret(await everything(referenceId, options, requestOf(lines)), referenceId)
          }
        }
      })

      it('is nowhere when the store hangs, nor in what its signal is told', async () => {
        const store = scriptedStore()
        const authorizer = createAuthorizer({ store, digest: plainDigest(), maxConcurrentLookups: 1 })
        const hanging = authorizer.authorize(requestWith(referenceId))
        const overloaded = await authorizer.authorize(requestWith(`${referenceId}~`))
        vi.advanceTimersByTime(2_000)
        const shown = [overloaded, await hanging, store.reads[0]?.signal.reason, authorizer]
          .map(renderings)
          .join()
        expect(shown).toContain('store_timeout')
        expect(shown).toContain('store_overloaded')
        expectNoSecret(shown, referenceId)
      })

      it.each(digests)(
        'is in no memory store that was printed, nor in what its feed says: %s',
        async (_, digest) => {
          const store = memoryStore({
            keys: [{ id: 'key-1', referenceId, tenantId: 'acme' }],
            digest: lastOf(digest),
          })
          const changed: string[] = []
          store.changes.subscribe({
            connected: () => {},
            lost: () => {},
            flush: () => {},
            changed: (name) => changed.push(name),
          })
          store.put({ id: 'key-1', referenceId, tenantId: 'globex' })
          store.remove('key-1')
          expect(changed.length).toBeGreaterThanOrEqual(2)
          for (const name of changed) expect(name).not.toContain(referenceId)
          expectNoSecret(renderings(store), referenceId)
        },
      )

      it('is not what the cache calls a key that the store has in clear', async () => {
        const names: string[] = []
        vi.spyOn(KeyCache.prototype, 'put').mockImplementation((name) => void names.push(name))
        const digest = plainDigest()
        const store = answeringStore((asked) => recordOf(referenceId, { digest: asked }))
        await createAuthorizer({ store, digest }).authorize(requestWith(referenceId))
        expect(names).toEqual([sha256Digest()(digest(referenceId))])
      })
    })
  }

  const store: KeyStore = answeringStore(() => null)
  const bad = (options: Record<string, unknown>) => () =>
    createAuthorizer({ store, ...options } as unknown as AuthorizerOptions)

  it.each<[string, () => unknown]>([
    ['a store', bad({ store: canary })],
    ['a digest', bad({ digest: canary })],
    ['a digest in a list', bad({ digest: [sha256Digest(), canary] })],
    ['a credential format', bad({ credentials: canary })],
    ['referenceIds', bad({ referenceIds: canary })],
    ['a cache', bad({ cache: canary })],
    ['a limit of the cache', bad({ cache: { maxAgeMs: canary } })],
    ['a feed', bad({ changes: canary })],
    ['a timeout', bad({ storeTimeoutMs: canary })],
    ['a limit', bad({ maxConcurrentLookups: { canary } })],
    ['a realm', bad({ realm: `${canary}"` })],
    ['a hook', bad({ onDecision: canary })],
    ['options', () => createAuthorizer(canary as unknown as AuthorizerOptions)],
    ['a Reference ID to be sent', () => authorizationFor(`${canary} `)],
    [
      'a Reference ID to be stored',
      () => memoryStore({ keys: [{ referenceId: `${canary} `, tenantId: 'acme' }] }),
    ],
    [
      'a Reference ID that is stored twice',
      () => memoryStore({ keys: [1, 2].map(() => ({ referenceId: canary, tenantId: 'acme' })) }),
    ],
    ['keys', () => memoryStore({ keys: canary as never })],
    [
      'an IP rule',
      () => memoryStore({ keys: [{ referenceId: 'a', tenantId: 'acme', allowedIps: [canary] }] }),
    ],
    ['a text of IP rules', () => ipRulesFromText(`192.0.2.7,${canary}`)],
    ['a proxy', () => trustedClientIp({ trust: [canary] })],
    ['proxies', () => trustedClientIp({ trust: canary as never })],
    ['a header', () => headerCredentials(`${canary} `)],
    ['a tenant header', () => tenantFromHeader(`${canary} `)],
    ['a base domain', () => tenantFromSubdomain(`${canary}_`)],
    ['a prefix', () => referenceIds({ prefix: `${canary} ` })],
    ['a pepper', () => hmacSha256Digest({ pepper: canary.slice(0, 15) })],
    ['a pepper of another type', () => hmacSha256Digest({ pepper: [canary] as never })],
  ])('is in no error when it was given for %s', (_, act) => {
    let thrown: unknown
    try {
      act()
    } catch (error) {
      thrown = error
    }
    expect(isRestApiKeyError(thrown)).toBe(true)
    expect(renderings(thrown)).not.toContain(canary.slice(0, 15))
  })

  it('is in no digest function that was printed, nor is the pepper', () => {
    for (const [, digest] of digests) {
      const authorizer: Authorizer = createAuthorizer({ store, digest })
      for (const one of [digest].flat()) one(canary)
      expectNoSecret(renderings(digest) + renderings(authorizer), canary)
    }
  })
})

function thrower(error: unknown) {
  return () => {
    throw error
  }
}

/** What drivers and query builders put into their errors, and worse. */
function failuresWith(secret: string): Readonly<Record<string, unknown>> {
  const message = `select * from keys where digest = '${secret}'`
  return {
    'its message': new Error(message),
    'a message of several lines': new Error(`query failed\n    at ${secret} (/keys:1:1)\n    at ${secret}`),
    'a message that was cut afterwards': reworded(
      `query failed\n    at ${secret} (keys:1:1)`,
      'query failed',
    ),
    'a message that was replaced': reworded(`query failed\n    at ${secret} (/keys:1:1)`, 'something else'),
    'its properties': Object.assign(new Error('query failed'), {
      sql: message,
      parameters: [secret],
      detail: `Key (digest)=(${secret})`,
      [secret]: secret,
    }),
    'its name': Object.assign(new Error('query failed'), { name: secret }),
    'its code': Object.assign(new Error('query failed'), { code: secret }),
    'its cause': new Error('query failed', { cause: new Error(message, { cause: secret }) }),
    'its errors': new AggregateError([new Error(message)], message),
    'a text': secret,
    'an object': { secret, toString: () => secret },
    'an array': [secret],
    'a symbol': Symbol(secret),
    'a function': Object.defineProperty(() => secret, 'name', { value: secret }),
    'an object that only looks like an error': { name: secret, message, stack: message, code: secret },
  }
}

/** Its stack keeps the message that it had when somebody first looked. */
function reworded(before: string, after: string): Error {
  const error = new Error(before)
  return error.stack?.includes(before) ? Object.assign(error, { message: after }) : expect.fail('no stack')
}

function badFieldsWith(secret: string): readonly (readonly [keyof KeyRecord, unknown])[] {
  return [
    ['id', { secret }],
    ['id', [secret]],
    ['tenantId', [secret]],
    ['activated', secret],
    ['digest', secret.toLowerCase() === secret ? secret.toUpperCase() : secret.toLowerCase()],
    ['digest', `${secret} `],
    ['digest', [secret]],
    ['groupId', [secret]],
    ['onBehalfOf', { secret }],
    ['inRole', [secret]],
    ['description', new String(secret)],
    ['allowedIps', secret],
    ['allowedIps', [secret]],
    ['allowedIps', ['192.0.2.7', secret]],
    ['allowedIps', [`${secret}/24`]],
    ['allowedIps', [`192.0.2.7-${secret}`]],
    ['allowedIps', [{ secret }]],
    ['expiresAt', secret],
    ['metadata', secret],
    ['metadata', [secret]],
    ['metadata', { secret: () => secret }],
  ]
}
