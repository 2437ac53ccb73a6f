import assert from 'node:assert/strict'
import { authorizationFor } from '../authorization-for.js'
import { createAuthorizer } from '../authorizer.js'
import type { Digest } from '../digest.js'
import type { KeyRecord } from '../key-record.js'
import type { KeyStore } from '../key-store.js'
import { sha256Digest } from '../sha256-digest.js'
import type { ConformanceCase } from './conformance-case.js'

type OptionalField =
  | 'groupId'
  | 'description'
  | 'onBehalfOf'
  | 'inRole'
  | 'allowedIps'
  | 'expiresAt'
  | 'metadata'

/** What a store over an existing table cannot keep. A declared limit is checked too: the field must come back absent. */
export interface StoreLimits {
  /** Optional fields that the table does not have. Default: none. */
  readonly absent?: readonly OptionalField[]
  /** The backend makes up ids of its own, so that those of the cases do not come back. Default `false`. */
  readonly assignsIds?: boolean
}

/** An empty store and what the cases need around it. */
export interface KeyStoreHarness {
  readonly store: KeyStore
  /** Writes a record past the store, as an application would: inserts it, or replaces the one with the same `id`. */
  put(record: KeyRecord): unknown
  /** How the store's digests are made. Default `sha256Digest()`. */
  readonly digest?: Digest
  readonly limits?: StoreLimits
  /** Called after each case. */
  close?(): unknown
}

interface Bench {
  readonly store: KeyStore
  readonly put: (record: KeyRecord) => Promise<void>
  readonly digest: Digest
  readonly find: (digest: string) => Promise<KeyRecord | null>
  readonly expectFacts: (actual: KeyRecord | null, expected: KeyRecord) => void
}

const expiresAt = new Date('2020-02-29T12:34:56.000Z')

/**
 * The contract of `KeyStore` as cases for any test runner. Each opens a store of its own.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryStore } from 'rest-api-key'
 * import { keyStoreCases } from 'rest-api-key/testing'
 *
 * const open = () => {
 *   const store = memoryStore()
 *   return { store, put: store.put }
 * }
 * for (const { id, name, run } of keyStoreCases(open)) test(`${id}: ${name}`, run)
 * ```
 */
export function keyStoreCases(
  open: () => KeyStoreHarness | Promise<KeyStoreHarness>,
): readonly ConformanceCase[] {
  return rules.map(([id, name, rule]) => ({
    id,
    name,
    async run() {
      const harness = await open()
      try {
        await rule(benchOf(harness))
      } finally {
        await harness.close?.()
      }
    },
  }))
}

function benchOf({ store, put, digest = sha256Digest(), limits = {} }: KeyStoreHarness): Bench {
  const { absent = [], assignsIds = false } = limits
  return {
    store,
    digest,
    put: async (record) => void (await put(record)),
    find: (wanted) => store.findByDigest(wanted, { signal: new AbortController().signal }),
    expectFacts(actual, expected) {
      assert.ok(actual, 'the record must be found')
      const without = Object.fromEntries(absent.map((field) => [field, null]))
      const { id: actualId, ...actualFacts } = factsOf(actual)
      const { id: expectedId, ...expectedFacts } = factsOf({ ...expected, ...without })
      assert.deepEqual(actualFacts, expectedFacts)
      if (assignsIds) assert.ok(typeof actualId === 'string' && actualId !== '', '"id" must be a text')
      else assert.equal(actualId, expectedId)
    },
  }
}

/** The fields of the contract; absent ones and empty lists are `null`. */
function factsOf(record: KeyRecord) {
  const { id, digest, tenantId, activated, allowedIps } = record
  return {
    id,
    digest,
    tenantId,
    activated,
    groupId: record.groupId ?? null,
    description: record.description ?? null,
    onBehalfOf: record.onBehalfOf ?? null,
    inRole: record.inRole ?? null,
    allowedIps: allowedIps?.length ? allowedIps : null,
    expiresAt: record.expiresAt ?? null,
    metadata: record.metadata ?? null,
  }
}

const key = (digest: string, more: Partial<KeyRecord> = {}): KeyRecord => ({
  id: 'key-1',
  digest,
  tenantId: 'acme',
  activated: true,
  ...more,
})

const rules: readonly (readonly [id: string, name: string, rule: (bench: Bench) => Promise<void>])[] = [
  [
    'unknown-null',
    'answers null for a digest that it does not have',
    async ({ find, put, digest }) => {
      assert.equal(await find(digest('nobody')), null)
      await put(key(digest('somebody')))
      assert.equal(await find(digest('nobody')), null)
    },
  ],
  [
    'all-facts',
    'returns every field as it was written',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('full'), {
        groupId: 'group-1',
        description: 'Nightly import',
        onBehalfOf: 'jdoe',
        inRole: 'Operator',
        allowedIps: ['192.0.2.7', '198.51.100.0/24', '2001:db8::1-2001:db8::ff'],
        expiresAt,
        metadata: { plan: 'gold', limits: [1, 2.5, null, true], nested: { text: 'x' } },
      })
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'absent-facts',
    'returns what was not written as null or undefined',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('minimal'))
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'deactivated-found',
    'returns a deactivated key with false',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('off'), { activated: false })
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'expired-found',
    'returns an expired key',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('past'), { expiresAt })
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'change-seen',
    'returns what is there now, not what was there before',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('edited'), { description: 'before' })
      await put(record)
      await find(record.digest)
      const edited = { ...record, activated: false, description: 'after' }
      await put(edited)
      expectFacts(await find(record.digest), edited)
    },
  ],
  [
    'creation-seen',
    'finds a key that was looked up in vain before',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('late'))
      assert.equal(await find(record.digest), null)
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'digest-case',
    'tells upper from lower case in a digest',
    async ({ find, put, digest }) => {
      await put(key(digest('MixedCase-abcdef')))
      assert.equal(await find(digest('MIXEDCASE-ABCDEF')), null)
      assert.equal(await find(swapCase(digest('MixedCase-abcdef'))), null)
    },
  ],
  [
    'digest-blanks',
    'does not ignore blanks around a digest',
    async ({ find, put, digest }) => {
      const wanted = digest('blank')
      await put(key(wanted))
      for (const other of [`${wanted} `, ` ${wanted}`, `${wanted}\t`, `${wanted}\0`]) {
        assert.equal(await findOrRefuse(find, other), null)
      }
    },
  ],
  [
    'digest-accent',
    'does not fold accents or look-alikes in a digest',
    async ({ find, put, digest }) => {
      const wanted = digest('abcdef0')
      await put(key(wanted))
      for (const other of [
        wanted.replace(/[ae]/, (letter) => (letter === 'a' ? 'á' : 'é')),
        wanted.replace(/\d/, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      ]) {
        if (other !== wanted) assert.equal(await findOrRefuse(find, other), null)
      }
    },
  ],
  [
    'digest-number',
    'does not compare digests as numbers',
    async ({ find, put, digest }) => {
      await put(key(digest('123')))
      for (const id of ['0123', '123.0', '1.23e2', '0', '1', '12']) assert.equal(await find(digest(id)), null)
      for (const other of ['0', '1', '', '123']) assert.equal(await findOrRefuse(find, other), null)
    },
  ],
  [
    'digest-prefix',
    'finds by the whole digest only, without wildcards',
    async ({ find, put, digest }) => {
      const wanted = digest('prefix')
      await put(key(wanted))
      for (const other of [wanted.slice(0, -1), `${wanted}0`, `${wanted.slice(0, -1)}_`, '%', '*']) {
        assert.equal(await findOrRefuse(find, other), null)
      }
    },
  ],
  [
    'digest-injection',
    'takes a digest as data, whatever is in it',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('safe'))
      await put(record)
      for (const other of [
        "' OR '1'='1",
        "'; DELETE FROM keys; --",
        '" OR ""="',
        '\\',
        '$1',
        '{"$ne":null}',
      ]) {
        assert.equal(await findOrRefuse(find, other), null)
      }
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'two-keys',
    'keeps the keys of two tenants apart',
    async ({ find, put, digest, expectFacts }) => {
      const one = key(digest('one'), { id: 'key-1', tenantId: 'acme' })
      const two = key(digest('two'), { id: 'key-2', tenantId: 'globex' })
      await put(one)
      await put(two)
      expectFacts(await find(one.digest), one)
      expectFacts(await find(two.digest), two)
    },
  ],
  [
    'tenant-exact',
    'returns tenants that differ by case, accent or blank exactly',
    async ({ find, put, digest, expectFacts }) => {
      const tenants = ['acme', 'Acme', 'acmé', 'acme\u0301', 'acme ', '0acme', '00acme']
      const records = tenants.map((tenantId, index) =>
        key(digest(`tenant-${index}`), { id: `key-${index}`, tenantId }),
      )
      for (const record of records) await put(record)
      for (const record of records) expectFacts(await find(record.digest), record)
    },
  ],
  [
    'text-exact',
    'returns markup, quotes, line breaks and characters of four bytes unchanged',
    async ({ find, put, digest, expectFacts }) => {
      const text = `'; DROP TABLE keys; -- <b>"\\ \n\t 漢字 😀 é e\u0301`
      const record = key(digest('text'), {
        description: text,
        onBehalfOf: text,
        inRole: text,
        metadata: { text },
      })
      await put(record)
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'own-copy',
    'hands out records that nobody else can change',
    async ({ find, put, digest, expectFacts }) => {
      const record = key(digest('shared'), { allowedIps: ['192.0.2.7'], expiresAt, metadata: { list: [1] } })
      // A store that keeps what it is given must not change what is expected.
      await put(structuredClone(record))
      const first = (await find(record.digest)) as { -readonly [Field in keyof KeyRecord]: KeyRecord[Field] }
      try {
        first.activated = false
        first.tenantId = 'globex'
        ;(first.allowedIps as string[] | undefined)?.push('0.0.0.0/0')
        first.expiresAt?.setTime(0)
        ;(first.metadata as { list: number[] } | undefined)?.list.push(2)
      } catch (error) {
        // A frozen record is as good.
        assert.ok(error instanceof TypeError)
      }
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'parallel',
    'answers look-ups that run at once, each with its own record',
    async ({ find, put, digest, expectFacts }) => {
      const records = Array.from({ length: 20 }, (_, index) =>
        key(digest(`parallel-${index}`), { id: `key-${index}` }),
      )
      for (const record of records) await put(record)
      const found = await Promise.all(records.map((record) => find(record.digest)))
      for (const [index, record] of records.entries()) expectFacts(found[index] ?? null, record)
    },
  ],
  [
    'aborted',
    'stays usable after a look-up was aborted',
    async ({ store, find, put, digest, expectFacts }) => {
      const record = key(digest('aborted'))
      await put(record)
      const controller = new AbortController()
      const pending = store.findByDigest(record.digest, { signal: controller.signal })
      controller.abort()
      await pending.catch(() => {})
      await store.findByDigest(record.digest, { signal: controller.signal }).catch(() => {})
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'many',
    'finds many at once, if it can, leaving out those that are not there',
    async ({ store, put, digest, expectFacts }) => {
      if (store.findManyByDigest === undefined) return
      const records = Array.from({ length: 3 }, (_, index) =>
        key(digest(`many-${index}`), { id: `key-${index}` }),
      )
      for (const record of records) await put(record)
      const { signal } = new AbortController()
      const wanted = [...records.map((record) => record.digest), digest('nobody')]
      const found = await store.findManyByDigest(wanted, { signal })
      assert.equal(found.length, records.length)
      for (const record of records) {
        expectFacts(found.find((one) => one.digest === record.digest) ?? null, record)
      }
      assert.deepEqual(await store.findManyByDigest([], { signal }), [])
      const [first] = records as [KeyRecord]
      assert.equal((await store.findManyByDigest([first.digest, first.digest], { signal })).length, 1)
    },
  ],
  [
    'touch',
    'remembers uses, if it can, without changing or reviving a key',
    async ({ store, find, put, digest, expectFacts }) => {
      if (store.touch === undefined) return
      const record = key(digest('touched'), { activated: false, expiresAt })
      await put(record)
      const { id } = (await find(record.digest)) as KeyRecord
      await store.touch([
        { id, at: new Date() },
        { id: 'nobody', at: new Date() },
      ])
      await store.touch([{ id, at: new Date(0) }])
      await store.touch([])
      expectFacts(await find(record.digest), record)
    },
  ],
  [
    'authorizes',
    'gives an authorizer records that it accepts and judges rightly',
    async ({ store, put, digest }) => {
      await put(key(digest('good'), { id: 'key-1' }))
      await put(key(digest('off'), { id: 'key-2', activated: false }))
      const authorizer = createAuthorizer({ store, digest })
      try {
        assert.equal(await reasonFor('good', 'acme'), 'allowed')
        assert.equal(await reasonFor('good', 'globex'), 'wrong_tenant')
        assert.equal(await reasonFor('off', 'acme'), 'deactivated')
        assert.equal(await reasonFor('nobody', 'acme'), 'unknown_key')
      } finally {
        await authorizer.close()
      }

      async function reasonFor(referenceId: string, tenantId: string): Promise<string> {
        const headerLines = (name: string) =>
          name === 'authorization' ? [authorizationFor(referenceId)] : []
        const decision = await authorizer.authorize({ headerLines, tenantId })
        if (decision.allowed) return 'allowed'
        assert.notEqual(decision.reason, 'store_unavailable', String(decision.cause))
        return decision.reason
      }
    },
  ],
]

/** A text that no digest can be may be refused instead of looked up. */
async function findOrRefuse(find: Bench['find'], digest: string): Promise<KeyRecord | null> {
  return find(digest).catch(() => null)
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}
