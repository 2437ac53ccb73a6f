import assert from 'node:assert/strict'
import {
  type AuthorizationRequest,
  type AuthorizerOptions,
  authorizationFor,
  createAuthorizer,
  hmacSha256Digest,
  isRestApiKeyError,
  type KeyRecord,
  type KeyStore,
  memoryStore,
  RestApiKeyError,
  referenceIds,
  sha256Digest,
  trustedClientIp,
} from 'rest-api-key'
import { keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import { feedDouble } from '../../support/feed-double.js'
import { outcomeOf, recordOf, requestWith } from '../../support/key-requests.js'
import { scriptedBatchStore } from '../../support/scripted-batches.js'
import { answeringStore } from '../../support/scripted-store.js'
import type { Case } from './run-cases.js'

/** What the core does by itself, without a request over the network. */
export const coreCases: readonly Case[] = [
  ...keyStoreCases(() => {
    const store = memoryStore()
    return { store, put: store.put }
  }).map(({ id, run }) => ({ name: `memory store, ${id}`, run })),
  ...keyRepositoryCases(() => ({ store: memoryStore() })).map(({ id, run }) => ({
    name: `memory repository, ${id}`,
    run,
  })),
  {
    name: 'SHA-256 and HMAC-SHA-256 as published, of texts beyond ASCII too',
    run() {
      const digest = sha256Digest()
      assert.equal(digest('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
      assert.equal(digest('é'), '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c')
      // RFC 4231, test case 6: a key that is longer than a block.
      assert.equal(
        hmacSha256Digest({ pepper: new Uint8Array(131).fill(0xaa) })(
          'Test Using Larger Than Block-Size Key - Hash Key First',
        ),
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      )
    },
  },
  {
    name: 'generated Reference IDs differ, and a mistyped one is refused without a look-up',
    async run() {
      const ids = referenceIds()
      const one = ids.generate()
      assert.notEqual(one, ids.generate())
      assert.equal(ids.check(one), 'generated')
      const mistyped = `${one.slice(0, -1)}${one.endsWith('0') ? '1' : '0'}`
      const { ask, store } = open((digest) => recordOf(one, { digest }), { referenceIds: ids })
      assert.equal(await ask(mistyped), 'unknown_key')
      assert.deepEqual(store.reads, [])
      assert.equal(await ask(one), 'allowed')
    },
  },
  {
    name: 'a key is read once and then cached, an unknown one too',
    async run() {
      const { ask, store } = open((digest) => (digest === sha256Digest()('good') ? recordOf('good') : null))
      for (let i = 0; i < 3; i++) {
        assert.equal(await ask('good'), 'allowed')
        assert.equal(await ask('bad'), 'unknown_key')
      }
      assert.equal(store.reads.length, 2)
    },
  },
  {
    name: 'after invalidate and after flush it is read afresh',
    async run() {
      const { ask, store, authorizer } = open(() => recordOf('good'))
      await ask('good')
      store.answer = () => recordOf('good', { activated: false })
      assert.equal(await ask('good'), 'allowed')
      authorizer.invalidate(sha256Digest()('good'))
      assert.equal(await ask('good'), 'deactivated')
      store.answer = () => null
      authorizer.flush()
      assert.equal(await ask('good'), 'unknown_key')
    },
  },
  {
    name: 'without a cache every request reads the store',
    async run() {
      const { ask, store } = open(() => recordOf('good'), { cache: false })
      await ask('good')
      store.answer = () => null
      assert.equal(await ask('good'), 'unknown_key')
    },
  },
  {
    name: 'a cached key expires at its moment',
    async run() {
      const { now } = Date
      const expiresAt = new Date('2035-01-01T00:00:00.000Z')
      const { ask, store } = open(() => recordOf('good', { expiresAt }))
      try {
        Date.now = () => expiresAt.getTime() - 1
        assert.equal(await ask('good'), 'allowed')
        Date.now = () => expiresAt.getTime()
        assert.equal(await ask('good'), 'expired')
      } finally {
        Date.now = now
      }
      assert.equal(store.reads.length, 1)
    },
  },
  {
    name: 'a cached record is read again when it is too old',
    async run() {
      const { ask, store } = open(() => recordOf('good'), { cache: { maxAgeMs: 30 } })
      await ask('good')
      const begin = performance.now()
      store.answer = () => null
      await until(() => performance.now() - begin >= 30)
      assert.equal(await ask('good'), 'unknown_key')
    },
  },
  {
    name: 'look-ups that come while another is under way go out together',
    async run() {
      const store = scriptedBatchStore()
      const authorizer = createAuthorizer({ store })
      const outcomes = ['a', 'b', 'c', 'b'].map((id) => outcome(authorizer.authorize(requestWith(id))))
      await until(() => store.queries.length === 2)
      const [first, second] = store.queries
      assert.equal(first?.asked, sha256Digest()('a'))
      assert.deepEqual(second?.asked, ['b', 'c'].map(sha256Digest()))
      second?.answer([recordOf('b')])
      first?.answer(recordOf('a'))
      assert.deepEqual(await Promise.all(outcomes), ['allowed', 'allowed', 'unknown_key', 'allowed'])
    },
  },
  {
    name: 'a store that fails is a refusal, whose cause repeats nothing of the error',
    async run() {
      const { authorizer } = open(() => {
        throw Object.assign(new Error('refused for CANARY'), { code: 'ECONNREFUSED' })
      })
      const decision = await authorizer.authorize(requestWith('good'))
      assert.ok(!decision.allowed && decision.reason === 'store_unavailable')
      assert.ok(isRestApiKeyError(decision.cause) && decision.cause.code === 'store_failed')
      assert.match(decision.cause.message, /ECONNREFUSED/)
      assert.doesNotMatch(`${decision.cause.message}${decision.cause.stack}`, /CANARY/)
    },
  },
  {
    name: 'a store that hangs is given up after its time, and told so',
    async run() {
      let aborted = false
      const store: KeyStore = {
        findByDigest: (_, { signal }) => {
          signal.addEventListener('abort', () => {
            aborted = true
          })
          return new Promise(() => {})
        },
      }
      const authorizer = createAuthorizer({ store, storeTimeoutMs: 20 })
      const decision = await authorizer.authorize(requestWith('good'))
      assert.ok(!decision.allowed && isRestApiKeyError(decision.cause))
      assert.equal(decision.cause.code, 'store_timeout')
      assert.equal(aborted, true)
    },
  },
  {
    name: 'a record that cannot be used is a refusal',
    async run() {
      for (const wrong of [
        { activated: 1 },
        { tenantId: '' },
        { expiresAt: '2030-01-01' },
        { allowedIps: ['10.0.0.0/33'] },
        { digest: 'another' },
        { metadata: new Map() },
      ]) {
        const { ask } = open(() => ({ ...recordOf('good'), ...wrong }) as KeyRecord)
        assert.equal(await ask('good'), 'store_unavailable', Object.keys(wrong)[0])
      }
    },
  },
  {
    name: 'IP rules of both families',
    async run() {
      const allowedIps = ['192.0.2.7', '198.51.100.0/24', '2001:db8::/64', '203.0.113.5-203.0.113.9']
      const { ask } = open(() => recordOf('good', { allowedIps }))
      const addresses: Readonly<Record<string, readonly (string | undefined)[]>> = {
        allowed: ['192.0.2.7', '::ffff:192.0.2.7', '198.51.100.255', '2001:DB8::1', '203.0.113.9'],
        ip_not_allowed: [
          '192.0.2.8',
          '192.0.2.07',
          '::192.0.2.7',
          '2001:db8:0:1::',
          'fe80::1%eth0',
          '203.0.113.10',
          '0xc0000207',
          undefined,
        ],
      }
      for (const [expected, ips] of Object.entries(addresses)) {
        for (const ip of ips) assert.equal(await ask('good', { ip }), expected, ip)
      }
    },
  },
  {
    name: 'the client behind proxies is found in Fetch headers, from right to left',
    run() {
      const clientIp = trustedClientIp({ trust: ['loopback', '10.0.0.0/8'] })
      const ipOf = (remoteAddress: string, forwarded: string) =>
        clientIp({ remoteAddress, headers: new Headers({ 'x-forwarded-for': forwarded }) })
      assert.equal(ipOf('127.0.0.1', '6.6.6.6, 2001:db8::7, 10.0.0.2'), '2001:db8::7')
      assert.equal(ipOf('192.0.2.7', '6.6.6.6'), '192.0.2.7')
      assert.equal(ipOf('::1', 'unknown'), undefined)
    },
  },
  {
    name: 'tenants are compared by code point, and none equals none',
    async run() {
      const { ask } = open(() => recordOf('good'))
      for (const tenantId of ['Acme', 'acme ', 'acmé', '', undefined, ['acme'] as never]) {
        assert.equal(await ask('good', { tenantId }), 'wrong_tenant', String(tenantId))
      }
      assert.equal(await ask('good', { tenantId: async () => 'acme' }), 'allowed')
    },
  },
  {
    name: 'uses are handed over in batches, the last of them when the authorizer is closed',
    async run() {
      const touched: string[] = []
      const store = {
        ...answeringStore(() => recordOf('good')),
        touch: async (uses: readonly { id: string }[]) => void touched.push(...uses.map(({ id }) => id)),
      }
      const authorizer = createAuthorizer({ store, lastUsed: { intervalMs: 20 } })
      assert.equal(await outcome(authorizer.authorize(requestWith('good'))), 'allowed')
      await until(() => touched.length === 1)
      await authorizer.authorize(requestWith('good'))
      await authorizer.close()
      assert.deepEqual(touched, ['key-good', 'key-good'])
    },
  },
  {
    name: 'a feed says when to read again, and when it is lost nothing is believed for long',
    async run() {
      const double = feedDouble()
      const { ask, store } = open(() => recordOf('good'), {
        changes: double.feed,
        cache: { lostFeedMaxAgeMs: 0 },
      })
      double.connected()
      await ask('good')
      await ask('good')
      assert.equal(store.reads.length, 1)
      double.changed(sha256Digest()('good'))
      await ask('good')
      assert.equal(store.reads.length, 2)
      double.lost()
      await ask('good')
      await ask('good')
      assert.equal(store.reads.length, 4)
    },
  },
  {
    name: 'a closed authorizer refuses',
    async run() {
      const { ask, authorizer } = open(() => recordOf('good'))
      await ask('good')
      await authorizer.close()
      assert.equal(await ask('good'), 'store_unavailable')
    },
  },
  {
    name: 'a mistake of the program is an error with a code that repeats no secret',
    run() {
      const fails = (act: () => unknown, code: string) =>
        assert.throws(act, (error) => {
          assert.ok(error instanceof RestApiKeyError && isRestApiKeyError(error))
          assert.equal(error.code, code)
          assert.doesNotMatch(`${error.message}${error.stack}`, /CANARY/)
          return true
        })
      fails(() => createAuthorizer({} as AuthorizerOptions), 'invalid_option')
      fails(
        () => createAuthorizer({ store: memoryStore(), maxAge: 1 } as AuthorizerOptions),
        'unknown_option',
      )
      fails(() => hmacSha256Digest({ pepper: 'CANARY' }), 'invalid_option')
      fails(() => authorizationFor('CANARY é'), 'invalid_option')
    },
  },
]

/** An authorizer over a store that answers at once, and requests by the names of their keys. */
function open(answer: (digest: string) => unknown, options: Partial<AuthorizerOptions> = {}) {
  const store = answeringStore(answer)
  const authorizer = createAuthorizer({ store, ...options })
  const ask = (id: string, more?: Partial<AuthorizationRequest>) =>
    outcome(authorizer.authorize({ ...requestWith(id), ...more } as AuthorizationRequest))
  return { store, authorizer, ask }
}

async function outcome(deciding: ReturnType<ReturnType<typeof createAuthorizer>['authorize']>) {
  return outcomeOf(await deciding)
}

/** Waits for what comes by itself; a case in which it does not has a limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
