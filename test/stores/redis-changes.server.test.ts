import type { Redis } from 'ioredis'
import { type RestApiKeyError, sha256Digest } from 'rest-api-key'
import { type RedisChangesOptions, type RedisFeedClient, redisChanges, redisStore } from 'rest-api-key/redis'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { keyNames } from '../../src/stores/redis/key-names.js'
import { type Send, senderOf } from '../../src/stores/redis/redis-client.js'
import { openManager, withKey } from '../management/support.js'
import { runChangeFeedCases } from '../support/change-feed-cases.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { recordingListener } from '../support/recording-listener.js'
import {
  type OpenRedis,
  openIoRedis,
  openNodes,
  ownPrefixes,
  redisClients,
} from '../support/redis-clients.js'
import { expectError } from '../support/refusals.js'
import { runScript } from '../support/script.js'
import { redisClusterUrls, redisUrl } from '../support/services.js'
import { turn } from '../support/turn.js'

expectNoUnhandledRejections()

const newPrefix = ownPrefixes()
const digestOf = sha256Digest()
const changed = (referenceId: string) => `changed ${digestOf(referenceId)}`
/** Longer than a test: what it hears was told by Redis, and not found at a heartbeat. */
const never = 600_000
/** What is not told is found at a heartbeat. */
const often = 20

for (const [name, open] of redisClients) {
  runChangeFeedCases(`redisChanges over ${name}`, async (onError) => {
    const [here, elsewhere] = await Promise.all([open(), open()])
    const prefix = newPrefix()
    const stream = keyNames(prefix).changes()
    return {
      feed: redisChanges(() => here.duplicate(prefix), { prefix, heartbeatMs: never, onError }),
      here: redisStore(here.client, { prefix }),
      elsewhere: redisStore(elsewhere.client, { prefix }),
      send: (message) => senderOf(elsewhere.client)(stream, 'XADD', [stream, '*', 'digest', message]),
      async close() {
        here.close()
        elsewhere.close()
      },
    }
  })
}

describe.each(redisClients)('redisChanges over %s', (_, open) => {
  const endings: (() => Promise<void>)[] = []
  let opened: OpenRedis
  let send: Send

  beforeAll(async () => {
    opened = await open()
    send = senderOf(opened.client)
    return opened.close
  })
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
  })

  /** A store, and a feed of it over another client. */
  async function subscribe(prefix = newPrefix(), options: RedisChangesOptions = {}) {
    const { acme } = await openManager({ repository: redisStore(opened.client, { prefix }) })
    const errors: RestApiKeyError[] = []
    const feed = redisChanges(() => opened.duplicate(prefix), {
      prefix,
      heartbeatMs: never,
      onError: (error) => errors.push(error),
      ...options,
    })
    const listener = recordingListener()
    const end = feed.subscribe(listener)
    endings.push(end)
    await listener.next('connected')
    return { prefix, stream: keyNames(prefix).changes(), acme, listener, errors, end }
  }

  /** The same, and a key was there before. */
  async function subscribeWithKey(options: RedisChangesOptions = {}) {
    const prefix = newPrefix()
    const { acme } = await openManager({ repository: redisStore(opened.client, { prefix }) })
    return { ...(await withKey(acme)), ...(await subscribe(prefix, options)) }
  }

  function rowsOf(groupId: string, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      referenceId: `FOREIGN${String(index).padStart(25, '0')}`,
      groupId,
    }))
  }

  it('tells of every change of a key, and of nothing else', async () => {
    const { listener, acme, key, referenceId } = await subscribeWithKey()
    const group = await acme.createGroup({ name: 'Others' })
    await acme.updateGroup(group.id, { description: 'new' })
    const created = await acme.createKey({ groupId: group.id })
    await acme.updateKey(key.id, { description: 'new' })
    await acme.deactivateKey(key.id)
    await acme.activateKey(key.id)
    await acme.deleteKey(key.id)
    await acme.deleteKey(created.key.id)
    await acme.deleteGroup(group.id)
    await listener.next(changed(created.referenceId))
    await listener.next(changed(created.referenceId))
    expect(listener.heard).toEqual([
      'connected',
      changed(created.referenceId),
      ...Array(4).fill(changed(referenceId)),
      changed(created.referenceId),
    ])
  })

  it('tells of each of 2,500 keys that come at once', async () => {
    const { listener, acme, group } = await subscribeWithKey()
    const rows = rowsOf(group.id, 2_500)
    await acme.importKeys(rows, { batchSize: 1_000 })
    const all = rows.map(({ referenceId }) => changed(referenceId))
    await listener.next(all.at(-1) as string)
    expect(listener.heard).toEqual(['connected', ...all])
  })

  it('tells of the first change of all', async () => {
    const { listener, acme } = await subscribe()
    const { referenceId } = await withKey(acme)
    await listener.next(changed(referenceId))
    expect(listener.heard).toEqual(['connected', changed(referenceId)])
  })

  it('flushes if the first changes of all are so many that some may have been dropped', async () => {
    const { listener, acme } = await subscribe()
    const group = await acme.createGroup({ name: 'Integrations' })
    await acme.importKeys(rowsOf(group.id, 1_000), { batchSize: 1_000 })
    await listener.next('flush')
    const { referenceId } = await acme.createKey({ groupId: group.id })
    await listener.next(changed(referenceId))
    expect(listener.heard).toEqual(['connected', 'flush', changed(referenceId)])
  })

  it('misses nothing that is changed while its connection is cut', async () => {
    const { listener, acme, key, prefix, referenceId } = await subscribeWithKey()
    const connections = await connectionsOf(prefix)
    expect(connections).not.toEqual([])
    await Promise.all(connections.map(({ node, id }) => node.client('KILL', 'ID', id)))
    await acme.deactivateKey(key.id)
    // The client of a cluster may ask again from where it was; then it has not been lost.
    const isBack = () =>
      listener.heard.includes(changed(referenceId)) || listener.heard.lastIndexOf('connected') > 0
    while (!isBack()) await turn()
    await acme.deleteKey(key.id)
    await listener.next(changed(referenceId))
  })

  it('flushes when changes were dropped before they were read', async () => {
    const { listener, acme, key, stream, referenceId } = await subscribeWithKey()
    await send(stream, 'XTRIM', [stream, 'MAXLEN', '0'])
    await acme.deactivateKey(key.id)
    await listener.next('flush')
    await acme.activateKey(key.id)
    await listener.next(changed(referenceId))
    expect(listener.heard).toEqual(['connected', 'flush', changed(referenceId)])
  })

  it.each<[string, (stream: string) => Promise<unknown>]>([
    ['all changes are dropped', (stream) => send(stream, 'XTRIM', [stream, 'MAXLEN', '0'])],
    ['the stream is deleted', (stream) => send(stream, 'DEL', [stream])],
    [
      'the stream is another one, whose clock is behind',
      async (stream) => {
        await send(stream, 'DEL', [stream])
        await send(stream, 'XADD', [stream, '1-1', 'digest', digestOf('any')])
      },
    ],
  ])('flushes at a heartbeat when %s', async (_, act) => {
    const { listener, acme, key, stream, referenceId } = await subscribeWithKey({ heartbeatMs: often })
    await act(stream)
    await listener.next('flush')
    await acme.deactivateKey(key.id)
    await listener.next(changed(referenceId))
    expect(listener.heard).not.toContain('lost')
  })

  it.each<[string, readonly string[]]>([
    ['no digest', ['flush', '1']],
    ['a digest with line breaks', ['digest', 'a\r\nFLUSHALL\r\n']],
    ['a digest of 1 MB', ['digest', 'f'.repeat(1_000_000)]],
    ['two digests', ['digest', digestOf('any'), 'digest', digestOf('other')]],
    ['a field that is written otherwise', ['Digest', digestOf('any')]],
  ])('flushes for an entry with %s', async (_, fields) => {
    const { listener, acme, key, stream, referenceId } = await subscribeWithKey()
    await send(stream, 'XADD', [stream, '*', ...fields])
    await acme.deactivateKey(key.id)
    await listener.next(changed(referenceId))
    expect(listener.heard).toEqual(['connected', 'flush', changed(referenceId)])
  })

  it('is lost while the stream is something else, and no key is changed meanwhile', async () => {
    const { listener, errors, acme, key, stream, referenceId, group } = await subscribeWithKey({
      heartbeatMs: often,
    })
    const before = [await acme.listKeys(), await acme.listAudit()]
    await send(stream, 'SET', [stream, 'no stream'])
    await listener.next('lost')
    for (const change of [
      () => acme.createKey({ groupId: group.id }),
      () => acme.deactivateKey(key.id),
      () => acme.deleteKey(key.id),
    ]) {
      expectError(await change().catch((error: unknown) => error), 'repository_failed')
    }
    expect([await acme.listKeys(), await acme.listAudit()]).toEqual(before)
    while (errors.length === 0) await turn()
    expectError(errors[0], 'feed_failed', 'Redis answered WRONGTYPE')
    await send(stream, 'DEL', [stream])
    await listener.next('connected')
    await acme.deactivateKey(key.id)
    await listener.next(changed(referenceId))
  })

  it('ends although Redis lets it wait, and leaves no connection', async () => {
    const { listener, prefix, errors, end } = await subscribeWithKey()
    expect(await connectionsOf(prefix)).not.toEqual([])
    await end()
    while ((await connectionsOf(prefix)).length > 0) await turn()
    expect(listener.heard).toEqual(['connected'])
    expect(errors).toEqual([])
  })

  it('takes a client that is connected, and closes it', async () => {
    const { client } = await open()
    const listener = recordingListener()
    const end = redisChanges(async () => client as RedisFeedClient).subscribe(listener)
    await listener.next('connected')
    await end()
    await expect(senderOf(client)('any', 'GET', ['any'])).rejects.toThrow()
  })
})

describe('a process that has closed everything', () => {
  const programs: readonly (readonly [name: string, client: string, close: string])[] = [
    ['ioredis', `new (await import('ioredis')).Redis('${redisUrl()}')`, 'disconnect'],
    ['node-redis', `(await import('redis')).createClient({ url: '${redisUrl()}' })`, 'destroy'],
    [
      'ioredis on a cluster',
      `new (await import('ioredis')).Cluster(${JSON.stringify(redisClusterUrls())})`,
      'disconnect',
    ],
    [
      'node-redis on a cluster',
      `(await import('redis')).createCluster({ rootNodes: ${JSON.stringify(redisClusterUrls().map((url) => ({ url })))} })`,
      'destroy',
    ],
  ]

  it.each(programs)('exits by itself, over %s', async (_, client, close) => {
    const program = `
      const { createAuthorizer } = await import('./src/index.js')
      const { redisChanges, redisStore } = await import('./src/stores/redis/index.js')
      const client = ${client}
      if (client.isOpen === false) await client.connect()
      const changes = redisChanges(() => client.duplicate(), { onError: console.error })
      const authorizer = createAuthorizer({ store: redisStore(client), changes })
      await new Promise((resolve) => {
        const end = changes.subscribe({
          connected: () => setImmediate(() => resolve(end())),
          lost() {},
          changed() {},
          flush() {},
        })
      })
      await authorizer.close()
      client.${close}()
      console.log('closed')
    `
    expect(await runScript('--input-type=module', '--eval', program)).toEqual({ code: 0, output: 'closed\n' })
  })
})

const servers: Redis[] = []

beforeAll(async () => {
  const single = await openIoRedis()
  const { nodes, close } = openNodes()
  servers.push(single.client, ...nodes)
  return () => {
    single.close()
    close()
  }
})

/** The connections of this name, on every server. */
async function connectionsOf(
  name: string,
): Promise<readonly { readonly node: Redis; readonly id: string }[]> {
  const found = await Promise.all(
    servers.map(async (node) =>
      String(await node.client('LIST'))
        .split('\n')
        .filter((line) => line.includes(` name=${name} `))
        .map((line) => ({ node, id: /id=(\d+)/.exec(line)?.[1] as string })),
    ),
  )
  return found.flat()
}
