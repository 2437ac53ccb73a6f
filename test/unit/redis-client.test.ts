import { type RedisClient, redisStore } from 'rest-api-key/redis'
import { describe, expect, it } from 'vitest'
import { senderOf } from '../../src/stores/redis/redis-client.js'
import { canary, expectError, expectRefusal, failureOf } from '../support/refusals.js'

const send = async (): Promise<null> => null
const lookUp = () => ({ signal: new AbortController().signal })

describe('redisStore', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', canary],
    ['a function', send],
    ['an object that sends nothing', {}],
    ['a member that is no method', { call: canary, sendCommand: canary }],
    [
      'a Sentinel of node-redis, whose sendCommand takes something else',
      { sendCommand: send, getSentinelNode: send },
    ],
  ])('refuses %s as client', (_, client) => {
    expectRefusal(
      () => redisStore(client as unknown as RedisClient),
      'invalid_option',
      '"client" must be a client or cluster of ioredis or node-redis',
    )
  })

  it.each(['all', 'slave', () => []])(
    'refuses a cluster of ioredis that reads from replicas: %s',
    (scaleReads) => {
      const client = { call: send, options: { scaleReads } }
      expectRefusal(
        () => redisStore(client),
        'invalid_option',
        '"client" must be one with "scaleReads" left at "master"',
      )
    },
  )

  it.each(['', ' ', 'a b', '{a}', 'a}', '{', 'ä', 'a\n', 'a'.repeat(101), 7, null])(
    'refuses prefix %j',
    (prefix) => {
      const options = { prefix: prefix as string }
      expectRefusal(() => redisStore({ call: send }, options), 'invalid_option', '"prefix" must be 1 to 100')
    },
  )

  it.each([
    [undefined, 'rest-api-key'],
    ['!', '!'],
    ['a~|z', 'a~|z'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('keeps everything under prefix %j', async (prefix, written) => {
    const sent: unknown[] = []
    const call = async (...command: unknown[]) => {
      sent.push(command)
      return null
    }
    const store = redisStore({ call }, prefix === undefined ? {} : { prefix })
    expect(await store.findByDigest('one', lookUp())).toBeNull()
    expect(sent).toEqual([['GET', [`{${written}}:record:one`]]])
  })

  it('refuses an unknown option', () => {
    const options = { keyPrefix: canary } as object
    expectRefusal(() => redisStore({ call: send }, options), 'unknown_option', '"keyPrefix"', '"prefix"')
  })

  it.each([
    ['undefined', undefined],
    ['a number', 7],
    ['a buffer', Buffer.from('{}')],
    ['a pipeline', { call: send }],
  ])('rejects what replies with %s', async (_, reply) => {
    const store = redisStore({ call: async () => reply })
    const failures = [
      await failureOf(store.findByDigest('digest', lookUp())),
      await failureOf(store.findManyByDigest(['digest'], lookUp())),
      await failureOf(store.listGroups('acme', { after: null, limit: 9 })),
    ]
    const said = 'The Redis client must resolve to the texts that Redis replies'
    for (const failure of failures) expectError(failure, 'store_failed', said)
  })

  it.each([
    ['a text that is no number', 'QUEUED'],
    ['an empty text', ''],
    ['a text with more than a number in it', ' 1'],
    ['a number with more behind it', '1 '],
    ['nothing', null],
    ['a list', [0]],
  ])('rejects a script that replies with %s', async (_, reply) => {
    const store = redisStore({ call: async () => reply })
    await expect(store.touch([{ id: 'key-1', at: new Date(0) }])).rejects.toMatchObject({
      code: 'store_failed',
    })
  })

  it.each([0, 12, '0', '12'])('takes %j for what a script has returned', async (reply) => {
    const store = redisStore({ call: async () => reply })
    await store.touch([{ id: 'key-1', at: new Date(0) }])
  })

  it.each([
    ['an error of Redis', new Error('OOM command not allowed')],
    ['what is no error', { message: 'NOSCRIPT' }],
  ])('rejects a script that fails with %s, and does not send it again', async (_, failure) => {
    const sent: string[] = []
    const call = async (command: string) => {
      sent.push(command)
      throw failure
    }
    const outcome = redisStore({ call })
      .touch([{ id: 'key-1', at: new Date(0) }])
      .catch((error: unknown) => [error])
    expect(await outcome).toEqual([failure])
    expect(sent).toEqual(['EVALSHA'])
  })

  it('reads a record by GET, and several by one MGET', async () => {
    const record = { id: 'key-1', digest: 'one', tenantId: 'acme', activated: true }
    const sent: unknown[] = []
    const call = async (command: string, args: readonly string[]) => {
      sent.push([command, ...args])
      return command === 'GET' ? JSON.stringify(record) : [JSON.stringify(record), null]
    }
    const store = redisStore({ call })
    expect(await store.findByDigest('one', lookUp())).toMatchObject(record)
    expect(await store.findManyByDigest(['one', 'two'], lookUp())).toMatchObject([record])
    const nameOf = (digest: string) => `{rest-api-key}:record:${digest}`
    expect(sent).toEqual([
      ['GET', nameOf('one')],
      ['MGET', nameOf('one'), nameOf('two')],
    ])
  })

  it('reads nothing where nothing is asked for, or nothing is listed', async () => {
    const sent: string[] = []
    const call = async (command: string) => {
      sent.push(command)
      return []
    }
    const store = redisStore({ call })
    expect(await store.findManyByDigest([], lookUp())).toEqual([])
    expect(await store.listGroups('acme', { after: null, limit: 9 })).toEqual([])
    expect(sent).toEqual(['ZRANGEBYLEX'])
  })

  it('notes a thousand uses in one script', async () => {
    const keys: unknown[] = []
    const call = async (_: string, args: readonly string[]) => {
      keys.push([Number(args[1]), args[2], args.length])
      return 0
    }
    const uses = Array.from({ length: 2_001 }, (_, index) => ({ id: `key-${index}`, at: new Date(0) }))
    await redisStore({ call }).touch(uses)
    const nameOf = (id: string) => `{rest-api-key}:digest:${id}`
    expect(keys).toEqual([
      [2_000, nameOf('key-0'), 3_002],
      [2_000, nameOf('key-1000'), 3_002],
      [2, nameOf('key-2000'), 5],
    ])
  })

  it('rejects as many texts as were not asked for', async () => {
    const store = redisStore({ call: async () => [null] })
    await expect(store.findManyByDigest(['one', 'two'], lookUp())).rejects.toMatchObject({
      code: 'store_failed',
    })
  })
})

describe('a command', () => {
  it('is sent to each client in its own way, and to the master of a cluster', async () => {
    const sent: unknown[] = []
    const record = async (...args: unknown[]) => void sent.push(args)
    // Of ioredis, sendCommand must not be taken for the one of node-redis.
    await senderOf({ call: record, sendCommand: () => expect.fail() } as RedisClient)('key', 'GET', ['key'])
    await senderOf({ sendCommand: record })('key', 'GET', ['key'])
    await senderOf({ sendCommand: record, masters: [] })('key', 'GET', ['key'])
    expect(sent).toEqual([['GET', ['key']], [['GET', 'key']], ['key', false, ['GET', 'key']]])
  })
})
