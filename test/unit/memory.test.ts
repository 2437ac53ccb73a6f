import { inspect } from 'node:util'
import {
  type ChangeListener,
  createAuthorizer,
  hmacSha256Digest,
  type MemoryStore,
  memoryStore,
  plainDigest,
  referenceIds,
  sha256Digest,
} from 'rest-api-key'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { canary, expectRefusal } from '../support/refusals.js'

const sha256 = sha256Digest()
const { signal } = new AbortController()
const find = (store: MemoryStore, digest: string) => store.findByDigest(digest, { signal })

/** Everything that a listener of the store's feed is told. */
function listen(store: MemoryStore): { readonly told: string[]; readonly stop: () => Promise<void> } {
  const told: string[] = []
  const listener: ChangeListener = {
    connected: () => told.push('connected'),
    lost: () => told.push('lost'),
    flush: () => told.push('flush'),
    changed: (digest) => told.push(digest),
  }
  return { told, stop: store.changes.subscribe(listener) }
}

describe('a seed', () => {
  it('becomes a record: activated, with a random id, and with a digest in place of its Reference ID', async () => {
    const store = memoryStore({ keys: [{ referenceId: canary, tenantId: 'acme' }] })
    const record = await find(store, sha256(canary))
    expect(record).toMatchObject({ digest: sha256(canary), tenantId: 'acme', activated: true })
    expect(record?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(inspect([record, store], { depth: null, showHidden: true })).not.toContain(canary)
  })

  it('keeps what it says', async () => {
    const facts = {
      id: 'key-1',
      activated: false,
      groupId: 'group-1',
      description: 'Nightly import',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.0/24'],
      expiresAt: new Date(0),
      metadata: { plan: 'gold' },
    }
    const store = memoryStore({ keys: [{ referenceId: 'a', tenantId: 'acme', ...facts }] })
    expect(await find(store, sha256('a'))).toEqual({ digest: sha256('a'), tenantId: 'acme', ...facts })
  })

  it.each([
    ['sha256Digest', sha256],
    ['hmacSha256Digest', hmacSha256Digest({ pepper: 'the pepper of this year' })],
    ['plainDigest', plainDigest()],
  ])('is found by an authorizer with the same digest: %s', async (_, digest) => {
    const authorizer = createAuthorizer({
      store: memoryStore({ digest, keys: [{ referenceId: 'a', tenantId: 'acme' }] }),
      digest,
    })
    expect(outcomeOf(await authorizer.authorize(requestWith('a')))).toBe('allowed')
  })

  it('has a hint of its Reference ID, which a whole record has not', async () => {
    const generated = referenceIds().generate()
    const keys = [
      { referenceId: generated, tenantId: 'acme' },
      { referenceId: canary, tenantId: 'acme' },
      recordOf('b'),
    ]
    const { listKeys } = memoryStore({ keys: keys.map((key, index) => ({ ...key, id: `${index}` })) })
    const listed = await listKeys('acme', { groupId: null, search: null, after: null, limit: 9 })
    expect(listed.map(({ hint }) => hint).toSorted()).toEqual(
      [`rak_…${generated.slice(-4)}`, `…${canary.slice(-3)}`, '…'].toSorted(),
    )
  })

  it('stands beside a whole record', async () => {
    const store = memoryStore({ keys: [{ referenceId: 'a', tenantId: 'acme' }, recordOf('b')] })
    expect((await find(store, sha256('b')))?.id).toBe('key-b')
    expect(await find(store, sha256('a'))).not.toBeNull()
  })
})

describe('memoryStore refuses', () => {
  it.each<[title: string, options: unknown, option: string, expected: string]>([
    ['null for options', null, '"memoryStore options"', 'an object'],
    [
      'a list of keys for options',
      [{ referenceId: canary, tenantId: 'acme' }],
      '"memoryStore options"',
      'an object',
    ],
    [
      'keys that are no list',
      { keys: { referenceId: canary, tenantId: 'acme' } },
      '"keys"',
      'a list of keys',
    ],
    ['null for keys', { keys: null }, '"keys"', 'a list of keys'],
    ['null for a key', { keys: [null] }, '"keys"', 'a list of objects'],
    ['undefined for a key', { keys: [undefined] }, '"keys"', 'a list of objects'],
    ['a text for a key', { keys: [canary] }, '"keys"', 'a list of objects'],
    [
      'an empty Reference ID',
      { keys: [{ referenceId: '', tenantId: 'acme' }] },
      '"referenceId"',
      '1 to 256 characters',
    ],
    [
      'a Reference ID that cannot be sent',
      { keys: [{ referenceId: `${canary} `, tenantId: 'acme' }] },
      '"referenceId"',
      '1 to 256 characters',
    ],
    [
      'a Reference ID of 257 characters',
      { keys: [{ referenceId: 'a'.repeat(257), tenantId: 'acme' }] },
      '"referenceId"',
      '1 to 256 characters',
    ],
    [
      'a missing Reference ID',
      { keys: [{ referenceId: undefined, tenantId: 'acme' }] },
      '"referenceId"',
      '1 to 256 characters',
    ],
    [
      'two keys of one Reference ID',
      {
        keys: [
          { referenceId: canary, tenantId: 'acme' },
          { referenceId: canary, tenantId: 'globex' },
        ],
      },
      '"keys"',
      'two keys of one Reference ID',
    ],
    ['null for a digest', { digest: null }, '"digest"', 'sha256Digest()'],
    ['a pepper for a digest', { digest: canary }, '"digest"', 'sha256Digest()'],
    ['no digest at all', { digest: [] }, '"digest"', 'sha256Digest()'],
  ])('%s', (_, options, option, expected) => {
    expectRefusal(() => memoryStore(options as never), 'invalid_option', option, expected)
  })

  it('a number for a Reference ID without repeating it', () => {
    const create = () => memoryStore({ keys: [{ referenceId: 48151623 as never, tenantId: 'acme' }] })
    expectRefusal(create, 'invalid_option', '"referenceId"')
    expect(create).not.toThrow(/48151623/)
  })

  it('an option that it does not know', () => {
    expectRefusal(
      () => memoryStore({ key: [canary] } as never),
      'unknown_option',
      '"key"',
      '"keys", "digest"',
    )
  })

  it.each<[field: string, value: unknown]>([
    ['id', ''],
    ['id', 7],
    ['tenantId', ''],
    ['tenantId', undefined],
    ['tenantId', [canary]],
    ['activated', 1],
    ['activated', undefined],
    ['groupId', 7],
    ['description', {}],
    ['onBehalfOf', []],
    ['inRole', false],
    ['allowedIps', '192.0.2.7'],
    ['expiresAt', '2999-01-01'],
    ['metadata', 'x'],
  ])('a key whose "%s" is %j', (field, value) => {
    const key = { referenceId: canary, tenantId: 'acme', [field]: value }
    expectRefusal(() => memoryStore({ keys: [key as never] }), 'invalid_record', `"${field}"`)
    expectRefusal(() => memoryStore().put(key as never), 'invalid_record', `"${field}"`)
  })

  it('a key with a malformed IP rule', () => {
    const key = { referenceId: canary, tenantId: 'acme', allowedIps: ['192.0.2.0/33'] }
    expectRefusal(() => memoryStore({ keys: [key] }), 'invalid_ip_rule', '192.0.2.0/33')
  })
})

describe('put', () => {
  it('returns the record that it keeps', async () => {
    const store = memoryStore()
    const record = store.put({ referenceId: 'a', tenantId: 'acme' })
    expect(await find(store, sha256('a'))).toEqual(record)
  })

  it('replaces the key with the same id, and its digest', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1', description: 'before' })] })
    store.put(recordOf('b', { id: 'key-1' }))
    expect(await find(store, sha256('a'))).toBeNull()
    const record = await find(store, sha256('b'))
    expect(record?.id).toBe('key-1')
    expect(record?.description ?? null).toBeNull()
  })

  it('counts versions from 1, and keeps the moments of creation and of the last use', async () => {
    vi.useFakeTimers({ now: 1_000, toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    const [created, used] = [new Date(1_000), new Date(1_500)]
    expect(await store.findKey('acme', 'key-1')).toMatchObject({
      version: 1,
      createdAt: created,
      updatedAt: created,
      lastUsedAt: null,
    })
    await store.touch([{ id: 'key-1', at: used }])
    for (const version of [2, 3]) {
      vi.setSystemTime(version * 1_000)
      store.put(recordOf('b', { id: 'key-1' }))
      expect(await store.findKey('acme', 'key-1')).toMatchObject({
        version,
        createdAt: created,
        updatedAt: new Date(version * 1_000),
        lastUsedAt: used,
      })
    }
  })

  it('refuses the Reference ID of another key and changes nothing', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' }), recordOf('b', { id: 'key-2' })] })
    const { told } = listen(store)
    expectRefusal(
      () => store.put(recordOf('a', { id: 'key-2' })),
      'invalid_option',
      'two keys of one Reference ID',
    )
    expect((await find(store, sha256('a')))?.id).toBe('key-1')
    expect((await find(store, sha256('b')))?.id).toBe('key-2')
    expect(told).toEqual(['connected'])
  })

  it('refuses a bad key and changes nothing', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    const { told } = listen(store)
    for (const bad of [{ activated: 1 as never }, { allowedIps: ['x'] }, { tenantId: '' }]) {
      expect(() => store.put(recordOf('a', { id: 'key-1', ...bad }))).toThrow()
    }
    expect(await find(store, sha256('a'))).toMatchObject({ activated: true, tenantId: 'acme' })
    expect(told).toEqual(['connected'])
  })

  it('keeps a copy', async () => {
    const key = recordOf('a', {
      allowedIps: ['192.0.2.7'],
      expiresAt: new Date(1_000),
      metadata: { list: [1] },
    })
    const store = memoryStore({ keys: [key] })
    ;(key.allowedIps as string[]).push('0.0.0.0/0')
    key.expiresAt?.setTime(2_000)
    ;(key.metadata as { list: number[] }).list.push(2)
    expect(await find(store, sha256('a'))).toMatchObject({
      allowedIps: ['192.0.2.7'],
      expiresAt: new Date(1_000),
      metadata: { list: [1] },
    })
  })
})

describe('remove', () => {
  it('deletes the key and says so, once', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' }), recordOf('b', { id: 'key-2' })] })
    expect(store.remove('key-1')).toBe(true)
    expect(store.remove('key-1')).toBe(false)
    expect(await find(store, sha256('a'))).toBeNull()
    expect(await find(store, sha256('b'))).not.toBeNull()
  })

  it('frees the Reference ID', () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    store.remove('key-1')
    expect(store.put(recordOf('a', { id: 'key-2' })).id).toBe('key-2')
  })

  it('knows nobody by a digest', () => {
    expect(memoryStore({ keys: [recordOf('a')] }).remove(sha256('a'))).toBe(false)
  })
})

describe('touch', () => {
  const lastUsedAt = async (store: MemoryStore) => (await store.findKey('acme', 'key-1'))?.lastUsedAt

  it('remembers the latest use, in whatever order uses come', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    expect(await lastUsedAt(store)).toBeNull()
    await store.touch([
      { id: 'key-1', at: new Date(1_000) },
      { id: 'key-1', at: new Date(3_000) },
      { id: 'key-1', at: new Date(2_000) },
    ])
    expect(await lastUsedAt(store)).toEqual(new Date(3_000))
    await store.touch([{ id: 'key-1', at: new Date(2_500) }])
    expect(await lastUsedAt(store)).toEqual(new Date(3_000))
  })

  it('takes any moment for the first use', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    await store.touch([{ id: 'key-1', at: new Date(0) }])
    expect(await lastUsedAt(store)).toEqual(new Date(0))
  })

  it('ignores keys that are not there, and revives none', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    store.remove('key-1')
    await store.touch([{ id: 'key-1', at: new Date(1_000) }])
    expect(await find(store, sha256('a'))).toBeNull()
    expect(await store.findKey('acme', 'key-1')).toBeNull()
  })

  it('tells the feed nothing: a use is no change', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    const { told } = listen(store)
    await store.touch([{ id: 'key-1', at: new Date(1_000) }])
    expect(told).toEqual(['connected'])
  })

  it('keeps a copy of the moment', async () => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    const at = new Date(1_000)
    await store.touch([{ id: 'key-1', at }])
    at.setTime(2_000)
    expect(await lastUsedAt(store)).toEqual(new Date(1_000))
  })
})

describe('changes', () => {
  it('is connected at once, and tells of creation, change, new digest and deletion', () => {
    const store = memoryStore()
    const { told } = listen(store)
    const toldAfter = (act: () => unknown) => {
      told.length = 0
      act()
      return new Set(told)
    }
    expect(toldAfter(() => listen(store))).toEqual(new Set())
    expect(toldAfter(() => store.put(recordOf('a', { id: 'key-1' })))).toEqual(new Set([sha256('a')]))
    expect(toldAfter(() => store.put(recordOf('a', { id: 'key-1', activated: false })))).toEqual(
      new Set([sha256('a')]),
    )
    expect(toldAfter(() => store.put(recordOf('b', { id: 'key-1' })))).toEqual(
      new Set([sha256('a'), sha256('b')]),
    )
    expect(toldAfter(() => store.remove('key-1'))).toEqual(new Set([sha256('b')]))
    expect(toldAfter(() => store.remove('key-1'))).toEqual(new Set())
  })

  it('begins with "connected" and ends with the subscription', async () => {
    const store = memoryStore()
    const { told, stop } = listen(store)
    const other = listen(store)
    await stop()
    store.put(recordOf('a'))
    expect(told).toEqual(['connected'])
    expect(other.told).toContain(sha256('a'))
  })

  it.each<[title: string, change: (store: MemoryStore) => unknown, outcome: string]>([
    ['deactivated', (store) => store.put(recordOf('a', { id: 'key-1', activated: false })), 'deactivated'],
    [
      'moved to another tenant',
      (store) => store.put(recordOf('a', { id: 'key-1', tenantId: 'globex' })),
      'wrong_tenant',
    ],
    ['removed', (store) => store.remove('key-1'), 'unknown_key'],
    ['given another Reference ID', (store) => store.put(recordOf('b', { id: 'key-1' })), 'unknown_key'],
  ])('lets an authorizer act at once on a key that is %s', async (_, change, outcome) => {
    const store = memoryStore({ keys: [recordOf('a', { id: 'key-1' })] })
    const authorizer = createAuthorizer({ store })
    expect(outcomeOf(await authorizer.authorize(requestWith('a')))).toBe('allowed')
    change(store)
    expect(outcomeOf(await authorizer.authorize(requestWith('a')))).toBe(outcome)
  })

  it('lets an authorizer see at once a key that was unknown before', async () => {
    const store = memoryStore()
    const authorizer = createAuthorizer({ store })
    expect(outcomeOf(await authorizer.authorize(requestWith('a')))).toBe('unknown_key')
    store.put(recordOf('a'))
    expect(outcomeOf(await authorizer.authorize(requestWith('a')))).toBe('allowed')
  })
})

it('the store is frozen', () => {
  const store = memoryStore()
  expect(Object.isFrozen(store)).toBe(true)
  expect(Object.isFrozen(store.changes)).toBe(true)
})
