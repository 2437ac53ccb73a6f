import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createAuthorizer, plainDigest, sha256Digest } from 'rest-api-key'
import { type AuditEvent, createKeyManager, type TenantKeys } from 'rest-api-key/management'
import { type RedisClient, redisStore } from 'rest-api-key/redis'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseKeyRecord } from '../../src/key-record.js'
import { type KeyNames, keyNames } from '../../src/stores/redis/key-names.js'
import { senderOf } from '../../src/stores/redis/redis-client.js'
import { openManager, withKey } from '../management/support.js'
import { requestWith } from '../support/key-requests.js'
import {
  keysIn,
  type OpenRedis,
  openIoRedis,
  openNodes,
  ownPrefixes,
  redisClients,
} from '../support/redis-clients.js'
import { canary, expectError, failureOf } from '../support/refusals.js'
import { redisUrl } from '../support/services.js'
import { tcpProxy } from '../support/tcp-proxy.js'

const newPrefix = ownPrefixes()
const lookUp = () => ({ signal: new AbortController().signal })
let redis: Redis

beforeAll(async () => {
  const { client, close } = await openIoRedis()
  redis = client
  return close
})

/** A store of its own over the one server, with a group and a key in it. */
async function openStore(client: RedisClient = redis) {
  const prefix = newPrefix()
  const store = redisStore(client, { prefix })
  const { acme } = await openManager({ repository: store })
  return { prefix, store, acme, names: keyNames(prefix), ...(await withKey(acme)) }
}

function digestOf(referenceId: string): string {
  return sha256Digest()(referenceId)
}

describe('what a store asks of Redis', () => {
  it('verifies a key by one GET', async () => {
    const { prefix, names, referenceId } = await openStore()
    const sent: string[][] = []
    const watched: RedisClient = {
      call(command, args) {
        sent.push([command, ...args])
        return redis.call(command, args)
      },
    }
    await redisStore(watched, { prefix }).findByDigest(digestOf(referenceId), lookUp())
    expect(sent).toEqual([['GET', names.record(digestOf(referenceId))]])
  })

  it('tells of a key with a clear-text digest without it', async () => {
    const { store, names, key } = await openStore()
    const digest = plainDigest()(canary)
    const event = (
      await store.listAudit('acme', { after: null, limit: 1, groupId: null, keyId: key.id })
    )[0] as AuditEvent
    await store.insertKeys([{ ...key, id: randomUUID(), digest }], [{ ...event, id: randomUUID() }])
    const [[, fields]] = (await redis.xrevrange(names.changes(), '+', '-', 'COUNT', 1)) as [
      [string, string[]],
    ]
    expect(fields).toEqual(['digest', digestOf(digest)])
  })

  it('forgets all about a key that was deleted, but its audit', async () => {
    const { acme, store, prefix, key } = await openStore()
    await store.touch([{ id: key.id, at: new Date() }])
    await acme.deleteKey(key.id)
    await store.touch([{ id: key.id, at: new Date() }])
    const about = (await keysIn(redis, `{${prefix}}:*`)).filter((name) => name.includes(key.id))
    expect(about).toEqual([keyNames(prefix).auditOfKey('acme', key.id)])
  })
})

describe('what is there already', () => {
  it('is never overwritten by what has the same id', async () => {
    const { store, acme, group, key } = await openStore()
    const [event] = (await acme.listAudit()).items as [AuditEvent]
    const fresh = () => ({ ...event, id: randomUUID() })
    const keys = { after: null, limit: 9, groupId: null, search: null }
    const before = [
      await store.listKeys('acme', keys),
      await store.listAudit('acme', { ...keys, keyId: null }),
    ]
    const calls = [
      store.insertGroup({ ...group, name: 'Other' }, fresh()),
      store.insertGroup({ ...group, id: randomUUID() }, event),
      store.insertKeys([{ ...key, digest: digestOf('other') }], [fresh()]),
      store.insertKeys([{ ...key, id: randomUUID(), digest: digestOf('other') }], [event]),
      store.replaceKey({ ...key, version: 2 }, 1, event),
    ]
    for (const failure of await Promise.all(calls.map(failureOf))) expectError(failure, 'repository_failed')
    expect(await store.findByDigest(digestOf('other'), lookUp())).toBeNull()
    expect([
      await store.listKeys('acme', keys),
      await store.listAudit('acme', { ...keys, keyId: null }),
    ]).toEqual(before)
    expect(await acme.getGroup(group.id)).toEqual(group)
  })

  it('can be moved to another group, if there is one', async () => {
    const { store, acme, group, key } = await openStore()
    const [event] = (await acme.listAudit()).items as [AuditEvent]
    const other = await acme.createGroup({ name: 'Other' })
    const moveTo = (groupId: string) =>
      store.replaceKey({ ...key, groupId, version: 2 }, 1, { ...event, id: randomUUID() })
    expect(await moveTo(randomUUID())).toBe(false)
    expect((await acme.listKeys({ groupId: group.id })).items).toHaveLength(1)
    expect(await moveTo(other.id)).toBe(true)
    expect((await acme.listKeys({ groupId: group.id })).items).toEqual([])
    expect((await acme.listKeys({ groupId: other.id })).items).toHaveLength(1)
    expect((await acme.listKeys()).items).toHaveLength(1)
    await acme.deleteGroup(group.id)
  })
})

describe('tenants and ids that look like parts of names', () => {
  const texts = ['a', 'a:b', 'b', ':', '{', '}', '}:{', '%3A', '\n', '*', '\r\nFLUSHALL\r\n', '漢']

  it.each(texts)('keeps tenant %j apart from the others', async (tenantId) => {
    const store = redisStore(redis, { prefix: newPrefix() })
    const manager = createKeyManager({ repository: store, authorize: () => true })
    const sessions = new Map(texts.map((text) => [text, manager.as({ tenantId: text, userId: 'jdoe' })]))
    const { key } = await withKey(sessions.get(tenantId) as TenantKeys)
    for (const [other, keys] of sessions) {
      expect((await keys.listKeys()).items).toEqual(other === tenantId ? [key] : [])
      expect((await keys.listGroups()).items).toHaveLength(other === tenantId ? 1 : 0)
      expect((await keys.listAudit()).items).toHaveLength(other === tenantId ? 2 : 0)
    }
  })
})

describe('what somebody else wrote in its place', () => {
  type Tamper = (names: KeyNames, digest: string, text: string) => Promise<unknown>

  const edit =
    (changes: Record<string, unknown>): Tamper =>
    (names, digest, text) =>
      redis.set(names.record(digest), JSON.stringify({ ...JSON.parse(text), ...changes }))

  const table: readonly (readonly [name: string, tamper: Tamper])[] = [
    ['no JSON', (names, digest) => redis.set(names.record(digest), 'nonsense')],
    ['an empty text', (names, digest) => redis.set(names.record(digest), '')],
    ['null', (names, digest) => redis.set(names.record(digest), 'null')],
    ['a list', (names, digest) => redis.set(names.record(digest), '[]')],
    ['an empty object', (names, digest) => redis.set(names.record(digest), '{}')],
    ['half a record', (names, digest, text) => redis.set(names.record(digest), text.slice(0, 40))],
    [
      'another type',
      async (names, digest) => {
        await redis.del(names.record(digest))
        await redis.hset(names.record(digest), 'activated', 'true')
      },
    ],
    ['another digest', edit({ digest: digestOf('other') })],
    ['no tenant', edit({ tenantId: '' })],
    ['a tenant that is a list', edit({ tenantId: ['acme'] })],
    ['1 for activated', edit({ activated: 1 })],
    ['"true" for activated', edit({ activated: 'true' })],
    ['an expiry that is a number', edit({ expiresAt: 4_102_444_800_000 })],
    ['an expiry in another form', edit({ expiresAt: '2999-12-31' })],
    ['an expiry that never was', edit({ expiresAt: '2026-02-30T00:00:00.000Z' })],
    ['an empty expiry', edit({ expiresAt: '' })],
    ['a rule that is none', edit({ allowedIps: ['192.0.2.*'] })],
    ['rules as a text', edit({ allowedIps: '192.0.2.7' })],
  ]

  it.each(table)('answers 503 for %s', async (_, tamper) => {
    const { store, names, referenceId } = await openStore()
    const authorizer = createAuthorizer({ store })
    expect(await authorizer.authorize(requestWith(referenceId))).toMatchObject({ allowed: true })
    await tamper(names, digestOf(referenceId), String(await redis.get(names.record(digestOf(referenceId)))))
    authorizer.flush()
    expect(await authorizer.authorize(requestWith(referenceId))).toMatchObject({
      allowed: false,
      reason: 'store_unavailable',
      response: { status: 503 },
    })
    await authorizer.close()
  })

  it.each([
    ['a version that is a text', { version: '1' }],
    ['no moment of creation', { createdAt: null }],
    ['a hint that is none', { hint: 7 }],
    ['an unusable digest', { digest: 7 }],
  ])('rejects management calls on a key with %s', async (_, changes) => {
    const { acme, names, key, referenceId } = await openStore()
    const digest = digestOf(referenceId)
    await edit(changes)(names, digest, String(await redis.get(names.record(digest))))
    const calls = [acme.getKey(key.id), acme.listKeys(), acme.deactivateKey(key.id)]
    for (const failure of await Promise.all(calls.map(failureOf))) expectError(failure, 'repository_failed')
  })

  it('takes no key for another one', async () => {
    const { acme, group, names, key } = await openStore()
    const other = await acme.createKey({ groupId: group.id })
    await redis.set(names.digestOf(key.id), digestOf(other.referenceId))
    expectError(await failureOf(acme.getKey(key.id)), 'not_found')
    expectError(await failureOf(acme.deleteKey(key.id)), 'not_found')
    expect((await acme.listKeys()).items).toEqual([other.key])
  })

  it('rejects a last use that is no moment', async () => {
    const { acme, names, key } = await openStore()
    await redis.set(names.lastUse(key.id), 'yesterday')
    expectError(await failureOf(acme.getKey(key.id)), 'repository_failed', '"lastUsedAt"')
  })

  it('rejects a group and an event of another tenant', async () => {
    const { acme, names, group } = await openStore()
    const [event] = (await acme.listAudit()).items
    for (const place of [names.group('acme', group.id), names.event(String(event?.id))]) {
      const text = String(await redis.get(place))
      await redis.set(place, text.replace('"acme"', '"globex"'))
    }
    expectError(await failureOf(acme.getGroup(group.id)), 'repository_failed', '"tenantId"')
    expectError(await failureOf(acme.listAudit()), 'repository_failed', '"tenantId"')
  })

  it('fills a page in spite of members whose items are gone', async () => {
    const { acme, group, names, referenceId } = await openStore()
    const later = [await acme.createKey({ groupId: group.id }), await acme.createKey({ groupId: group.id })]
    await redis.del(names.record(digestOf(referenceId)))
    const { items, nextCursor } = await acme.listKeys({ limit: 2 })
    expect(items.map(({ id }) => id).sort()).toEqual(later.map(({ key }) => key.id).sort())
    expect(nextCursor).toBeNull()
  })

  it('changes nothing if a script fails half-way', async () => {
    const { acme, store, names, key, group } = await openStore()
    const before = await acme.listAudit()
    await redis.rename(names.auditOfKey('acme', key.id), names.auditOfKey('acme', 'aside'))
    await redis.set(names.auditOfKey('acme', key.id), 'no order')
    expectError(await failureOf(acme.updateKey(key.id, { description: 'new' })), 'repository_failed')
    expectError(await failureOf(acme.deleteKey(key.id)), 'repository_failed')
    expect(await acme.getKey(key.id)).toEqual(key)
    expect(
      (await store.listKeys('acme', { after: null, limit: 9, groupId: group.id, search: null })).length,
    ).toBe(1)
    expect(await acme.listAudit()).toEqual(before)
  })
})

describe('errors of the driver', () => {
  it.each(redisClients)('reach the caller of a manager without values, over %s', async (_, open) => {
    const { client, close } = await open()
    try {
      const prefix = newPrefix()
      const { acme } = await openManager({ repository: redisStore(client, { prefix }) })
      const group = await acme.createGroup({ name: canary })
      await breakOrder(client, keyNames(prefix))
      const calls = [
        acme.createGroup({ name: canary }),
        acme.createKey({ groupId: group.id, description: canary }),
        acme.importKey({ groupId: group.id, referenceId: canary }),
        acme.updateGroup(group.id, { description: canary }),
        acme.listAudit(),
      ]
      for (const failure of await Promise.all(calls.map(failureOf))) expectError(failure, 'repository_failed')
      expect(await acme.getGroup(group.id)).toEqual(group)
    } finally {
      close()
    }
  })

  it.each([
    ['cannot be read', canary],
    [
      'is of another digest',
      JSON.stringify({ id: canary, digest: digestOf('other'), tenantId: 'acme', activated: true }),
    ],
  ])('fails the look-up of its own key only, where a record %s', async (_, text) => {
    const { store, names, referenceId } = await openStore()
    const [good, bad] = [sha256Digest()(referenceId), sha256Digest()('bad')] as const
    await redis.set(names.record(bad), text)
    const records = await store.findManyByDigest([bad, good], lookUp())
    expect(records.find(({ digest }) => digest === good)?.tenantId).toBe('acme')
    const unusable = records.find(({ digest }) => digest === bad)
    expect(() => parseKeyRecord(unusable, bad)).toThrow('Field "activated"')
    expect(JSON.stringify(unusable)).not.toContain(canary)
  })

  /** Puts a text where the tenant's audit should be. */
  async function breakOrder(client: RedisClient, names: KeyNames): Promise<void> {
    const send = senderOf(client)
    const order = names.audit('acme')
    await send(order, 'SET', [order, canary])
  }
})

describe.each(redisClients)('over %s', (_, open) => {
  let opened: OpenRedis

  beforeAll(async () => {
    opened = await open()
    return opened.close
  })

  it('goes on when Redis has forgotten the scripts', async () => {
    const { acme, store, group, key } = await openStore(opened.client)
    await forgetScripts()
    await acme.updateKey(key.id, { description: 'new' })
    await forgetScripts()
    await store.touch([{ id: key.id, at: new Date(0) }])
    await forgetScripts()
    await acme.deleteKey(key.id)
    await acme.deleteGroup(group.id)
    expect((await acme.listAudit()).items).toHaveLength(5)
  })

  it('rejects, and answers 503, when the connection is closed', async () => {
    const { client, close } = await open()
    const { store, acme, referenceId } = await openStore(client)
    close()
    const failure = await failureOf(store.findByDigest(digestOf(referenceId), lookUp()))
    expect(failure).toBeInstanceOf(Error)
    expectError(await failureOf(acme.listKeys()), 'repository_failed')
    const authorizer = createAuthorizer({ store, cache: false })
    expect(await authorizer.authorize(requestWith(referenceId))).toMatchObject({
      reason: 'store_unavailable',
    })
    await authorizer.close()
  })
})

describe('a connection that is lost between a write and its answer', () => {
  const impatient: readonly (readonly [
    name: string,
    open: (port: number) => Promise<Omit<OpenRedis, 'duplicate'>>,
  ])[] = [
    [
      'ioredis',
      async (port) => {
        const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null })
        return { client, close: () => client.disconnect() }
      },
    ],
    [
      'node-redis',
      async (port) => {
        const socket = { host: '127.0.0.1', port, reconnectStrategy: false } as const
        const client = createClient({ socket }).on('error', () => {})
        await client.connect()
        return { client, close: () => client.isOpen && client.destroy() }
      },
    ],
  ]

  it.each(impatient)('rejects, and tells of the change all the same, over %s', async (_, open) => {
    const proxy = await tcpProxy(new URL(redisUrl()))
    const { client, close } = await open(proxy.port)
    try {
      const { store, acme, key, prefix, referenceId } = await openStore(client)
      const heard: string[] = []
      const end = store.changes.subscribe({
        connected() {},
        lost() {},
        flush() {},
        changed: (digest) => heard.push(digest),
      })
      proxy.loseAnswerTo('EVALSHA')
      expectError(await failureOf(acme.deactivateKey(key.id)), 'repository_failed')
      expect(heard).toEqual([digestOf(referenceId)])
      await end()
      const elsewhere = redisStore(redis, { prefix })
      expect(await elsewhere.findByDigest(digestOf(referenceId), lookUp())).toMatchObject({
        activated: false,
      })
    } finally {
      close()
      proxy.close()
    }
  })

  it('writes once when the client connects and sends again', async () => {
    const proxy = await tcpProxy(new URL(redisUrl()))
    const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 1 })
    try {
      const { acme, store, names, group, key } = await openStore(client)
      proxy.loseAnswerTo('EVALSHA')
      const created = await acme.createKey({ groupId: group.id })
      proxy.loseAnswerTo('EVALSHA')
      const updated = await acme.updateKey(key.id, { description: 'new' }, { version: 1 })
      proxy.loseAnswerTo('EVALSHA')
      await acme.deleteKey(key.id)
      expect(updated.version).toBe(2)
      expect(await store.findByDigest(digestOf(created.referenceId), lookUp())).toMatchObject({
        id: created.key.id,
      })
      const actions = (await acme.listAudit()).items.map(({ action }) => action)
      expect(actions.sort()).toEqual(['group.create', 'key.create', 'key.create', 'key.delete', 'key.update'])
      expect(await redis.xlen(names.changes())).toBe(4)
    } finally {
      client.disconnect()
      proxy.close()
    }
  })
})

describe('on a cluster', () => {
  it('keeps everything in one slot, of one node', async () => {
    const [, open] = redisClients.find(
      ([name]) => name === 'ioredis on a cluster',
    ) as (typeof redisClients)[0]
    const { client, close } = await open()
    const { nodes, close: closeNodes } = openNodes()
    try {
      const { prefix, acme, store, key } = await openStore(client)
      await withKey(acme)
      await store.touch([{ id: key.id, at: new Date() }])
      const found = await Promise.all(nodes.map((node) => keysIn(node, `{${prefix}}*`)))
      expect(found.filter((keys) => keys.length > 0)).toHaveLength(1)
      const slots = found.flat().map((name) => nodes[0]?.call('CLUSTER', 'KEYSLOT', name))
      expect(slots.length).toBeGreaterThan(15)
      expect(new Set(await Promise.all(slots)).size).toBe(1)
      const all = await Promise.all(nodes.map((node) => keysIn(node, `*${prefix}*`)))
      expect(all.flat()).toHaveLength(found.flat().length)
    } finally {
      closeNodes()
      close()
    }
  })
})

async function forgetScripts(): Promise<void> {
  const { nodes, close } = openNodes()
  for (const node of [redis, ...nodes]) await node.script('FLUSH', 'SYNC')
  close()
}
