import { inspect } from 'node:util'
import {
  createAuthorizer,
  type Digest,
  hmacSha256Digest,
  type KeyRecord,
  memoryStore,
  plainDigest,
  sha256Digest,
} from 'rest-api-key'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cacheKeyOf, parseDigests } from '../../src/digest.js'
import { KeyCache } from '../../src/key-cache.js'
import { outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { canary, expectError, expectRefusal } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

const id = '0123456789ABCDEF0123456789ABCDEF'
const digests = {
  sha256: sha256Digest(),
  hmac: hmacSha256Digest({ pepper: 'the pepper of this year' }),
  plain: plainDigest(),
} as const
type Name = keyof typeof digests
const names: readonly Name[] = ['sha256', 'hmac', 'plain']

/** Every list without repetition, of one to three. */
const lists = listsOf(names)

function listsOf(from: readonly Name[]): readonly (readonly Name[])[] {
  return from.flatMap((first) => [
    [first],
    ...listsOf(from.filter((name) => name !== first)).map((rest) => [first, ...rest]),
  ])
}

afterEach(() => vi.restoreAllMocks())

/** Keeps these records as they are, whatever their digests. */
function storeOf(...records: readonly KeyRecord[]) {
  return answeringStore(async (digest) => records.find((record) => record.digest === digest) ?? null)
}

const stored = (digest: Digest, referenceId = id): KeyRecord =>
  recordOf(referenceId, { digest: digest(referenceId) })

it('there are 15 lists', () => {
  expect(lists.map((list) => list.join())).toHaveLength(15)
})

describe.each(lists.map((list) => [list.join(', '), list] as const))('under the list %s', (_, list) => {
  const digest = list.map((name) => digests[name])

  it.each(names)('a Reference ID that is stored as %s is accepted if the list has it', async (name) => {
    const authorizer = createAuthorizer({ store: storeOf(stored(digests[name])), digest })
    const decision = await authorizer.authorize(requestWith(id))
    expect(outcomeOf(decision)).toBe(list.includes(name) ? 'allowed' : 'unknown_key')
  })

  it.each(names)('a stolen %s digest is no key', async (name) => {
    const stolen = digests[name](id)
    const authorizer = createAuthorizer({ store: storeOf(stored(digests[name])), digest })
    for (const sent of [stolen, stolen.toUpperCase(), stolen.replace(/^plain:/i, 'plain%3A')]) {
      const decision = await authorizer.authorize(requestOf([`rest_api_key=${sent}`]))
      expect(outcomeOf(decision)).toBe(name === 'plain' ? 'malformed_credentials' : 'unknown_key')
    }
  })

  it('the store is asked in this order, no further than needed', async () => {
    const store = storeOf(stored(digests[list[0] as Name]))
    const authorizer = createAuthorizer({ store, digest })
    await authorizer.authorize(requestWith(id))
    expect(store.reads).toEqual([digests[list[0] as Name](id)])
    await authorizer.authorize(requestWith('nobody'))
    expect(store.reads.slice(1)).toEqual(list.map((name) => digests[name]('nobody')))
  })
})

describe('a list of digests', () => {
  const old = hmacSha256Digest({ pepper: 'the pepper of last year' })
  const next = hmacSha256Digest({ pepper: 'the pepper of this year' })

  it('rotates a pepper: old and new keys work until the old pepper is taken out', async () => {
    const store = storeOf(stored(old, 'issued-before'), stored(next, 'issued-after'))
    const outcomes = async (digest: readonly Digest[]) => {
      const authorizer = createAuthorizer({ store, digest })
      const decisions = ['issued-before', 'issued-after'].map((key) => authorizer.authorize(requestWith(key)))
      return (await Promise.all(decisions)).map(outcomeOf)
    }
    expect(await outcomes([old])).toEqual(['allowed', 'unknown_key'])
    expect(await outcomes([next, old])).toEqual(['allowed', 'allowed'])
    expect(await outcomes([next])).toEqual(['unknown_key', 'allowed'])
  })

  it('migrates a clear-text table: a key works before, during and after its row is rewritten', async () => {
    const rows = new Map<string, KeyRecord>()
    const write = (record: KeyRecord) => rows.set(record.digest, record)
    const store = answeringStore(async (digest) => rows.get(digest) ?? null)
    const authorizer = createAuthorizer({ store, digest: [digests.sha256, digests.plain] })
    write(stored(digests.plain))
    expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')

    write(stored(digests.sha256))
    rows.delete(digests.plain(id))
    authorizer.invalidate(digests.plain(id))
    authorizer.invalidate(digests.sha256(id))
    expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')

    const migrated = createAuthorizer({ store, digest: digests.sha256 })
    expect(outcomeOf(await migrated.authorize(requestWith(id)))).toBe('allowed')
  })

  it.each([
    ['before the one that would answer', 0],
    ['behind one that knows nothing', 1],
  ])('does not skip a digest whose look-up fails, %s', async (_, failing) => {
    const list = [digests.sha256, digests.hmac, digests.plain]
    const store = answeringStore(async (digest) => {
      if (digest === list[failing]?.(id)) throw new Error('connection lost')
      return digest === digests.plain(id) ? stored(digests.plain) : null
    })
    const authorizer = createAuthorizer({ store, digest: list })
    expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('store_unavailable')
  })

  it('is copied', async () => {
    const list: Digest[] = [digests.sha256]
    const authorizer = createAuthorizer({ store: storeOf(stored(digests.sha256)), digest: list })
    list[0] = digests.plain
    expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')
  })

  it('writes with the first: a seed of the memory store', async () => {
    const digest = [digests.hmac, digests.sha256]
    const store = memoryStore({ digest, keys: [{ referenceId: id, tenantId: 'acme' }] })
    const { signal } = new AbortController()
    expect(await store.findByDigest(digests.hmac(id), { signal })).not.toBeNull()
    expect(await store.findByDigest(digests.sha256(id), { signal })).toBeNull()
  })

  it.each<[title: string, value: unknown]>([
    ['an empty list', []],
    ['a name', canary],
    ['null', null],
    ['an algorithm object', { name: canary }],
    ['a list with something else in it', [digests.sha256, canary]],
    ['a list in a list', [[digests.sha256]]],
  ])('cannot be %s', (_, value) => {
    expectRefusal(() => parseDigests('digest', value), 'invalid_option', '"digest"', 'sha256Digest()')
  })
})

describe('a digest of the application', () => {
  it.each<[title: string, digest: (referenceId: string) => unknown]>([
    ['a promise', async (referenceId) => referenceId],
    ['bytes', (referenceId) => Buffer.from(referenceId)],
    ['a number', Number],
    ['nothing', () => undefined],
  ])('that returns %s makes keys uncheckable, not unknown, and the cause repeats none', async (_, digest) => {
    const store = storeOf()
    const authorizer = createAuthorizer({ store, digest: digest as Digest })
    const decision = await authorizer.authorize(requestWith('48151623'))
    expect(outcomeOf(decision)).toBe('store_unavailable')
    const cause = 'cause' in decision ? decision.cause : undefined
    expectError(cause, 'invalid_option', '"digest"', 'a function that returns a text')
    expect(String(cause)).not.toContain('48151623')
    expect(store.reads).toEqual([])
  })
})

describe('a clear-text digest', () => {
  it('is known to cache and feeds by its SHA-256, others by themselves', () => {
    expect(cacheKeyOf('plain:abc')).toBe(digests.sha256('plain:abc'))
    expect(cacheKeyOf(digests.sha256('abc'))).toBe(digests.sha256('abc'))
  })

  it('names nothing that is kept: neither it nor the Reference ID is put into a map', async () => {
    const store = memoryStore({ digest: digests.plain, keys: [{ referenceId: id, tenantId: 'acme' }] })
    const authorizer = createAuthorizer({ store, digest: [digests.plain, digests.sha256] })
    const kept: unknown[] = []
    const set = Map.prototype.set
    vi.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, name, value) {
      kept.push(name)
      return set.call(this, name, value)
    })
    const put = vi.spyOn(KeyCache.prototype, 'put')
    const get = vi.spyOn(KeyCache.prototype, 'get')
    expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')
    expect(outcomeOf(await authorizer.authorize(requestWith('nobody')))).toBe('unknown_key')
    const cached = [...put.mock.calls, ...get.mock.calls].map(([name]) => name)
    const contents = inspect(put.mock.calls, { depth: null, showHidden: true })
    vi.restoreAllMocks()

    expect(cached).toContain(cacheKeyOf(digests.plain(id)))
    expect(kept).toContain(cacheKeyOf(digests.plain(id)))
    for (const name of cached) expect(name).toMatch(/^[0-9a-f]{64}$/)
    expect(contents).not.toMatch(new RegExp(`${id}|nobody|plain`))
    for (const name of kept) expect(String(name)).not.toMatch(new RegExp(`${id}|nobody|plain`))
  })

  it('is told to the feed of the memory store by its SHA-256', () => {
    const store = memoryStore({ digest: digests.plain })
    const told: string[] = []
    const nothing = () => {}
    store.changes.subscribe({
      connected: nothing,
      lost: nothing,
      flush: nothing,
      changed: (digest) => told.push(digest),
    })
    store.put({ id: 'key-1', referenceId: id, tenantId: 'acme' })
    store.put({ id: 'key-1', referenceId: 'other', tenantId: 'acme' })
    store.remove('key-1')
    expect(new Set(told)).toEqual(
      new Set([cacheKeyOf(digests.plain(id)), cacheKeyOf(digests.plain('other'))]),
    )
  })

  it.each([
    ['the digest', digests.plain(id)],
    ['its SHA-256', cacheKeyOf(digests.plain(id))],
  ])('is invalidated by %s', async (_, name) => {
    const store = storeOf(stored(digests.plain))
    const authorizer = createAuthorizer({ store, digest: digests.plain })
    await authorizer.authorize(requestWith(id))
    await authorizer.authorize(requestWith(id))
    expect(store.reads).toHaveLength(1)
    authorizer.invalidate(name)
    await authorizer.authorize(requestWith(id))
    expect(store.reads).toHaveLength(2)
  })
})
