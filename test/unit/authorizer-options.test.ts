import { inspect } from 'node:util'
import { bearerCredentials, createAuthorizer, memoryStore, plainDigest, sha256Digest } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { parseAuthorizerOptions } from '../../src/authorizer-options.js'
import { canary, expectRefusal } from '../support/refusals.js'

const store = memoryStore()
const create = (options: unknown) => () => createAuthorizer(options as never)

describe('createAuthorizer refuses options that are none', () => {
  it.each([undefined, null, canary, 7, true, [], [{ store }], () => ({ store })])('%s', (options) => {
    expectRefusal(create(options), 'invalid_option', '"createAuthorizer options" must be an object')
  })
})

describe('createAuthorizer refuses an option that it does not know', () => {
  const known =
    'it knows "store", "digest", "credentials", "referenceIds", "cache", "changes", "lastUsed", ' +
    '"storeTimeoutMs", "maxConcurrentLookups", "realm", "onDecision"'

  it.each([
    'stores',
    'Store',
    'digests',
    'credential',
    'referenceId',
    'storeTimeout',
    'onDecisions',
    'tenant',
    '',
  ])('%j', (name) => {
    expectRefusal(create({ store, [name]: canary }), 'unknown_option', `"${name}"`, 'createAuthorizer', known)
  })

  it('even if it is undefined', () => {
    expectRefusal(create({ store, cach: undefined }), 'unknown_option', '"cach"', known)
  })

  it.each(['maxEntrys', 'maxAge', 'ttl', 'max'])('in "cache": %j', (name) => {
    expectRefusal(
      create({ store, cache: { [name]: canary } }),
      'unknown_option',
      `"${name}"`,
      'cache',
      '"maxEntries", "maxAgeMs", "lostFeedMaxAgeMs", "maxUnknown", "unknownMaxAgeMs"',
    )
  })
})

const noStore: readonly unknown[] = [
  undefined,
  null,
  canary,
  7,
  {},
  { findByDigest: canary },
  [],
  () => store,
]
const noFeed: readonly unknown[] = [null, canary, 7, {}, { subscribe: canary }, [], () => {}]
const noDigest: readonly unknown[] = [null, canary, 7, {}, [], [canary], [sha256Digest(), null]]
const noCredentials: readonly unknown[] = [
  null,
  canary,
  {},
  [],
  bearerCredentials,
  ['authorization'],
  [bearerCredentials(), bearerCredentials()],
]
const noReferenceIds: readonly unknown[] = [
  null,
  canary,
  {},
  { prefix: 'rak_' },
  { check: 'generated' },
  () => 'foreign',
]
const noRealm: readonly unknown[] = [
  null,
  '',
  7,
  [canary],
  `${canary}"`,
  `${canary}\\`,
  `${canary}\r\nset-cookie: x`,
  `${canary}\n`,
  `${canary}\t`,
  `${canary}\0`,
  `${canary}\x7f`,
  `${canary} caf\u00e9`,
  `${canary}\u2028`,
]
const noFunction: readonly unknown[] = [null, canary, {}, [], true]
const noCache: readonly unknown[] = [null, true, 0, canary, []]
const noNumber: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '7',
  canary,
  true,
  [7],
  7n,
]
const noCount = [...noNumber, 0]
const tooLong = [2 ** 31]
const tooMany = [2 ** 24 + 1, 2 ** 32]

describe.each<
  [option: string, expected: string, values: readonly unknown[], set: (value: unknown) => object]
>([
  ['store', 'an object with a method findByDigest', noStore, (value) => ({ store: value })],
  [
    'store.changes',
    'an object with a method subscribe',
    noFeed,
    (changes) => ({ store: { findByDigest: async () => null, changes } }),
  ],
  ['changes', 'an object with a method subscribe', noFeed, (changes) => ({ changes })],
  [
    'digest',
    'sha256Digest(), hmacSha256Digest({ pepper }), plainDigest()',
    noDigest,
    (digest) => ({ digest }),
  ],
  ['credentials', '', noCredentials, (credentials) => ({ credentials })],
  ['referenceIds', 'made by referenceIds()', noReferenceIds, (referenceIds) => ({ referenceIds })],
  ['realm', 'printable ASCII characters without " and \\', noRealm, (realm) => ({ realm })],
  ['onDecision', 'a function', noFunction, (onDecision) => ({ onDecision })],
  ['cache options', 'an object', noCache, (cache) => ({ cache })],
  ['storeTimeoutMs', 'at least 1', noCount, (storeTimeoutMs) => ({ storeTimeoutMs })],
  ['storeTimeoutMs', 'at most 2147483647', tooLong, (storeTimeoutMs) => ({ storeTimeoutMs })],
  ['maxConcurrentLookups', 'at least 1', noCount, (maxConcurrentLookups) => ({ maxConcurrentLookups })],
  ['cache.maxEntries', 'at least 1', noCount, (maxEntries) => ({ cache: { maxEntries } })],
  ['cache.maxEntries', 'at most 16777216', tooMany, (maxEntries) => ({ cache: { maxEntries } })],
  ['cache.maxAgeMs', 'at least 0', noNumber, (maxAgeMs) => ({ cache: { maxAgeMs } })],
  ['cache.maxAgeMs', 'at most 2147483647', tooLong, (maxAgeMs) => ({ cache: { maxAgeMs } })],
  ['cache.lostFeedMaxAgeMs', 'at least 0', noNumber, (lostFeedMaxAgeMs) => ({ cache: { lostFeedMaxAgeMs } })],
  [
    'cache.lostFeedMaxAgeMs',
    'at most "cache.maxAgeMs" (1000)',
    [1_001, 30_000],
    (lostFeedMaxAgeMs) => ({ cache: { maxAgeMs: 1_000, lostFeedMaxAgeMs } }),
  ],
  [
    'cache.lostFeedMaxAgeMs',
    'at most "cache.maxAgeMs" (30000)',
    [30_001],
    (lostFeedMaxAgeMs) => ({ cache: { lostFeedMaxAgeMs } }),
  ],
  ['cache.maxUnknown', 'at least 1', noCount, (maxUnknown) => ({ cache: { maxUnknown } })],
  ['cache.maxUnknown', 'at most 16777216', tooMany, (maxUnknown) => ({ cache: { maxUnknown } })],
  ['cache.unknownMaxAgeMs', 'at least 0', noNumber, (unknownMaxAgeMs) => ({ cache: { unknownMaxAgeMs } })],
  [
    'cache.unknownMaxAgeMs',
    'at most 2147483647',
    tooLong,
    (unknownMaxAgeMs) => ({ cache: { unknownMaxAgeMs } }),
  ],
])('createAuthorizer refuses for "%s" (%s)', (option, expected, values, set) => {
  it.each(values.map((value) => [inspect(value), value]))('%s', (_, value) => {
    expectRefusal(create({ store, ...set(value) }), 'invalid_option', `"${option}" must be `, expected)
  })
})

describe('the options', () => {
  it('have the documented defaults', () => {
    expect(parseAuthorizerOptions({ store })).toMatchObject({
      store,
      cache: {
        maxEntries: 10_000,
        maxAgeMs: 30_000,
        lostFeedMaxAgeMs: 5_000,
        maxUnknown: 10_000,
        unknownMaxAgeMs: 5_000,
      },
      referenceIds: undefined,
      changes: undefined,
      onDecision: undefined,
      storeTimeoutMs: 2_000,
      maxConcurrentLookups: 1_000,
      realm: 'api',
    })
    const { digests, credentials } = parseAuthorizerOptions({ store })
    expect(digests.map((digest) => digest('abc'))).toEqual([sha256Digest()('abc')])
    expect(credentials.formats.map(({ form }) => form)).toEqual([
      'Authorization: rest_api_key={Reference ID}',
    ])
  })

  it.each([
    [1_000, undefined, 1_000],
    [0, undefined, 0],
    [60_000, undefined, 5_000],
    [1_000, 1_000, 1_000],
    [1_000, 0, 0],
  ])('with a maximum age of %s and %s for a lost feed have %s', (maxAgeMs, lostFeedMaxAgeMs, expected) => {
    const cache = { maxAgeMs, ...(lostFeedMaxAgeMs !== undefined && { lostFeedMaxAgeMs }) }
    expect(parseAuthorizerOptions({ store, cache }).cache).toMatchObject({
      maxAgeMs,
      lostFeedMaxAgeMs: expected,
    })
  })

  it.each(['api', 'a', 'the realm', ' ', "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"])(
    'may have the realm %j',
    (realm) => {
      expect(parseAuthorizerOptions({ store, realm }).realm).toBe(realm)
    },
  )

  it('may be without a cache', () => {
    expect(parseAuthorizerOptions({ store, cache: false }).cache).toBeUndefined()
  })

  it('may be an instance of a class, with a store that is one', () => {
    class Store {
      async findByDigest() {
        return null
      }
    }
    class Options {
      readonly store = new Store()
      readonly digest = plainDigest()
    }
    expect(() => createAuthorizer(new Options())).not.toThrow()
  })

  it('are copied and not changed', () => {
    const cache = Object.freeze({ maxAgeMs: 1_000 })
    const options = Object.freeze({ store, cache, digest: Object.freeze([sha256Digest()]) })
    expect(() => createAuthorizer(options)).not.toThrow()
    const changing = { store, cache: { maxAgeMs: 1_000 } }
    const parsed = parseAuthorizerOptions(changing)
    changing.cache.maxAgeMs = 2_000
    expect(parsed.cache?.maxAgeMs).toBe(1_000)
  })
})
