import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RestApiKeyError } from 'rest-api-key'
import { sha256Digest } from 'rest-api-key'
import { type RedisChangesOptions, type RedisFeedClient, redisChanges, redisStore } from 'rest-api-key/redis'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openManager, withKey } from '../management/support.js'
import { runChangeFeedFaults } from '../support/change-feed-cases.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { type OwnRedis, startRedis } from '../support/own-redis.js'
import { recordingListener } from '../support/recording-listener.js'
import { expectError } from '../support/refusals.js'
import { tcpProxy } from '../support/tcp-proxy.js'
import { turn } from '../support/turn.js'

expectNoUnhandledRejections()

const changed = (referenceId: string) => `changed ${sha256Digest()(referenceId)}`
const [heartbeatMs, timeoutMs] = [100, 400]

const clients: readonly (readonly [name: string, connect: (url: string) => RedisFeedClient])[] = [
  ['ioredis', (url) => new Redis(url)],
  ['ioredis that connects when it is told to', (url) => new Redis(url, { lazyConnect: true })],
  ['ioredis without a queue', (url) => new Redis(url, { enableOfflineQueue: false })],
  ['node-redis', (url) => createClient({ url })],
  ['node-redis without a queue', (url) => createClient({ url, disableOfflineQueue: true })],
]

let server: OwnRedis
let admin: Redis

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url.href)
  return () => admin.disconnect()
})
beforeEach(async () => {
  await admin.flushall()
})

for (const [name, connect] of clients) {
  runChangeFeedFaults(`redisChanges over ${name}`, async (onError) => {
    const proxy = await tcpProxy(server.url)
    const store = redisStore(admin)
    return {
      feed: redisChanges(() => connect(`redis://127.0.0.1:${proxy.port}`), {
        ...{ heartbeatMs, timeoutMs, onError },
      }),
      here: store,
      elsewhere: store,
      send: (message) => admin.xadd('{rest-api-key}:changes', '*', 'digest', message),
      proxy,
      detectionMs: heartbeatMs + timeoutMs,
      async close() {
        proxy.close()
      },
    }
  })
}

describe.each(clients)('redisChanges over %s', (_, connect) => {
  const endings: (() => Promise<void>)[] = []

  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
  })

  async function subscribe(options: RedisChangesOptions = {}) {
    const errors: RestApiKeyError[] = []
    const feed = redisChanges(() => connect(server.url.href), {
      ...{ heartbeatMs, timeoutMs },
      onError: (error) => errors.push(error),
      ...options,
    })
    const listener = recordingListener()
    endings.push(feed.subscribe(listener))
    await listener.next('connected')
    const { acme } = await openManager({ repository: redisStore(admin) })
    return { listener, errors, acme }
  }

  async function expectToHear({ listener, acme }: Awaited<ReturnType<typeof subscribe>>): Promise<void> {
    const { referenceId } = await withKey(acme)
    await listener.next(changed(referenceId))
  }

  it('flushes after FLUSHALL', async () => {
    const feed = await subscribe()
    await expectToHear(feed)
    await admin.flushall()
    await feed.listener.next('flush')
    await expectToHear(feed)
  })

  it('is lost while Redis hangs, and comes back', async () => {
    const feed = await subscribe()
    server.sandbox.pause()
    await feed.listener.next('lost')
    server.sandbox.resume()
    await feed.listener.next('connected')
    await expectToHear(feed)
    for (const error of feed.errors) expectError(error, 'feed_failed')
  })

  it('is lost when Redis crashes, and comes back when it has forgotten all', async () => {
    const feed = await subscribe()
    await expectToHear(feed)
    await server.sandbox.crash()
    await feed.listener.next('lost')
    await server.sandbox.restart()
    await feed.listener.next('connected')
    await expectToHear(feed)
    for (const error of feed.errors) expectError(error, 'feed_failed')
  })

  it.each<[string, string, (on: boolean) => Promise<unknown>]>([
    [
      'is a replica',
      'READONLY',
      (on) => (on ? admin.replicaof('127.0.0.1', '1') : admin.replicaof('NO', 'ONE')),
    ],
    ['has too few replicas', 'NOREPLICAS', (on) => admin.config('SET', 'min-replicas-to-write', on ? 1 : 0)],
  ])('is lost while Redis takes no writes because it %s', async (_, word, act) => {
    const feed = await subscribe()
    await act(true)
    try {
      await feed.listener.next('lost')
      while (!feed.errors.some(({ message }) => message === `Redis answered ${word}`)) await turn()
    } finally {
      await act(false)
    }
    await feed.listener.next('connected')
    await expectToHear(feed)
  })

  it('does not connect to a Redis that answers too late', async () => {
    const proxy = await tcpProxy(server.url)
    proxy.delay(200)
    const listener = recordingListener()
    const failed = new Promise<RestApiKeyError>((resolve) => {
      const url = `redis://127.0.0.1:${proxy.port}`
      const feed = redisChanges(() => connect(url), { heartbeatMs, timeoutMs: 100, onError: resolve })
      endings.push(feed.subscribe(listener))
    })
    expectError(await failed, 'feed_failed', 'No answer came')
    expect(listener.heard).toEqual([])
    proxy.close()
  })
})

describe('a Redis that is full', () => {
  it('lets keys be revoked, which is told, but none be created', async () => {
    const store = redisStore(admin)
    const { acme } = await openManager({ repository: store })
    const { group, key, referenceId } = await withKey(acme)
    const other = await acme.createKey({ groupId: group.id })
    const listener = recordingListener()
    const end = redisChanges(() => admin.duplicate(), { heartbeatMs, timeoutMs }).subscribe(listener)
    await listener.next('connected')
    await admin.config('SET', 'maxmemory', '1kb')
    try {
      await acme.deactivateKey(key.id)
      await listener.next(changed(referenceId))
      await acme.deleteKey(other.key.id)
      await listener.next(changed(other.referenceId))
      const refused = await acme.createKey({ groupId: group.id }).catch((error: unknown) => error)
      expectError(refused, 'repository_failed')
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
    expect((await acme.listKeys()).items).toMatchObject([{ id: key.id, activated: false }])
    expect(listener.heard).not.toContain('lost')
    await end()
  })
})

describe('a stream that can take no more entries', () => {
  it('keeps every key as it is', async () => {
    const { acme } = await openManager({ repository: redisStore(admin) })
    const { group, key } = await withKey(acme)
    await admin.xadd('{rest-api-key}:changes', '18446744073709551615-18446744073709551615', 'digest', 'last')
    const before = [await acme.listKeys(), await acme.listAudit()]
    for (const change of [
      () => acme.createKey({ groupId: group.id }),
      () => acme.deactivateKey(key.id),
      () => acme.deleteKey(key.id),
    ]) {
      expectError(await change().catch((error: unknown) => error), 'repository_failed')
    }
    expect([await acme.listKeys(), await acme.listAudit()]).toEqual(before)
  })
})

describe('a user of Redis with few rights', () => {
  const storeRights = [
    ...['+info', '+get', '+mget', '+set', '+del', '+exists', '+eval', '+evalsha', '+zadd', '+zrem', '+zcard'],
    ...['+zrangebylex', '+zrevrangebylex', '+xadd', '+xtrim'],
  ]
  const feedRights = ['+info', '+xread', '+xrange', '+xrevrange', '+xtrim']

  it.each<[string, (username: string) => RedisFeedClient]>([
    ['ioredis', (username) => new Redis(server.url.href, { username, password: 'secret' })],
    ['node-redis', (username) => createClient({ url: server.url.href, username, password: 'secret' })],
  ])('is enough, over %s', async (_, connect) => {
    await admin.acl('SETUSER', 'feed', 'reset', 'on', '>secret', '~{rest-api-key}:changes', ...feedRights)
    const { acme } = await openManager({ repository: redisStore(admin) })
    await withKey(acme)
    const listener = recordingListener()
    const errors: RestApiKeyError[] = []
    const feed = redisChanges(() => connect('feed'), { heartbeatMs, onError: (error) => errors.push(error) })
    const end = feed.subscribe(listener)
    await listener.next('connected')
    const { referenceId } = await withKey(acme)
    await listener.next(changed(referenceId))
    await admin.acl('SETUSER', 'feed', '-xrange')
    await listener.next('lost')
    while (errors.length === 0) await turn()
    expectError(errors[0], 'feed_failed', 'Redis answered NOPERM')
    await end()
  })

  it('is enough for a store', async () => {
    await admin.acl('SETUSER', 'store', 'reset', 'on', '>secret', '~{rest-api-key}:*', ...storeRights)
    const client = new Redis(server.url.href, { username: 'store', password: 'secret' })
    const store = redisStore(client)
    const { acme } = await openManager({ repository: store })
    const { group, key } = await withKey(acme)
    await acme.updateGroup(group.id, { description: 'new' })
    await acme.updateKey(key.id, { description: 'new' })
    await store.touch([{ id: key.id, at: new Date() }])
    await acme.listKeys({ search: 'new' })
    await acme.deleteKey(key.id)
    await acme.deleteGroup(group.id)
    expect((await acme.listAudit()).items).toHaveLength(6)
    client.disconnect()
  })
})
