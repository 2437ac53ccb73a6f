import { EventEmitter } from 'node:events'
import { type RestApiKeyError, sha256Digest } from 'rest-api-key'
import { type RedisChangesOptions, type RedisFeedClient, redisChanges } from 'rest-api-key/redis'
import { describe, expect, it, vi } from 'vitest'
import { announced } from '../../src/stores/redis/change-stream.js'
import { useFakeClock } from '../support/fake-clock.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { recordingListener } from '../support/recording-listener.js'
import { canary, expectError, expectRefusal } from '../support/refusals.js'

useFakeClock()
expectNoUnhandledRejections()

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const entry = (id: string) => [id, ['digest', id.padEnd(64, '0')]]

/** A client of ioredis whose answers come from the test. */
class ScriptedClient extends EventEmitter {
  readonly asked: {
    readonly command: string
    readonly args: readonly string[]
    answer(reply: unknown): void
    fail(error: Error): void
  }[] = []
  status = 'ready'
  disconnected = 0

  call(command: string, args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.asked.push({ command, args, answer: resolve, fail: reject })
    })
  }
  disconnect(): void {
    this.disconnected++
  }

  /** Answers what was asked last by this command. */
  async answer(command: string, reply: unknown): Promise<void> {
    this.asked.findLast((one) => one.command === command)?.answer(reply)
    await pass(0)
  }
}

function subscribe(connect: () => unknown, options: RedisChangesOptions = {}) {
  const errors: RestApiKeyError[] = []
  const listener = recordingListener()
  const feed = redisChanges(connect as () => RedisFeedClient, {
    ...options,
    onError: (error) => errors.push(error),
  })
  return { heard: listener.heard, errors, end: feed.subscribe(listener) }
}

/** A feed whose client has read as far as `1-1`, and waits. */
async function connected(options?: RedisChangesOptions) {
  const client = new ScriptedClient()
  const subscription = subscribe(() => client, options)
  await pass(0)
  await client.answer('XTRIM', 0)
  await client.answer('XREVRANGE', [entry('1-1')])
  expect(subscription.heard).toEqual(['connected'])
  return { client, ...subscription }
}

describe('redisChanges', () => {
  it.each([undefined, null, {}, canary, new ScriptedClient()])(
    'refuses %s instead of a function that connects',
    (connect) => {
      expectRefusal(() => redisChanges(connect as never), 'invalid_option', '"connect"', 'redis.duplicate()')
    },
  )

  it.each<[string, object]>([
    ['heartbeatMs', { heartbeatMs: 0 }],
    ['heartbeatMs', { heartbeatMs: 2 ** 31 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: '2000' }],
    ['prefix', { prefix: 'a b' }],
    ['onError', { onError: canary }],
  ])('refuses %s of %o', (option, options) => {
    expectRefusal(() => redisChanges(() => expect.fail(), options), 'invalid_option', `"${option}"`)
  })

  it('refuses an unknown option', () => {
    const options = { intervalMs: 1 } as object
    expectRefusal(() => redisChanges(() => expect.fail(), options), 'unknown_option', '"heartbeatMs"')
  })
})

describe('a connection on which nothing is answered', () => {
  it.each<[string, RedisChangesOptions, number]>([
    ['by default', {}, 4_000],
    ['as told', { heartbeatMs: 300, timeoutMs: 50 }, 350],
  ])(
    'is lost heartbeatMs + timeoutMs after the last question that was answered was asked, %s',
    async (_, options, boundMs) => {
      const { client, heard, errors, end } = await connected(options)
      await pass(20)
      await client.answer('XREAD', null)
      await pass(30)
      await client.answer('XTRIM', 0)
      await client.answer('XRANGE', [entry('1-1')])
      await pass(boundMs - 31)
      expect(heard).toEqual(['connected'])
      await pass(1)
      expect(heard).toEqual(['connected', 'lost'])
      expect(client.disconnected).toBe(1)
      expectError(errors[0], 'feed_failed', 'No answer came')
      await end()
    },
  )

  it('is lost no later because Redis still answers something', async () => {
    const { client, heard, end } = await connected()
    await pass(3_000)
    await client.answer('XREAD', null)
    await client.answer('XTRIM', 0)
    await pass(999)
    expect(heard).toEqual(['connected'])
    await pass(1)
    expect(heard).toEqual(['connected', 'lost'])
    await end()
  })

  it('is not lost while Redis answers, however little there is to tell', async () => {
    const { client, heard, errors, end } = await connected()
    for (let i = 0; i < 1_000; i++) {
      await pass(2_000)
      await client.answer('XREAD', null)
      await client.answer('XTRIM', 0)
      await client.answer('XRANGE', [entry('1-1')])
    }
    expect([heard, errors]).toEqual([['connected'], []])
    expect(client.eventNames().map((name) => client.listenerCount(name))).toEqual([1, 1])
    await end()
  })
})

describe('a connection that is opened', () => {
  const openings: readonly (readonly [when: string, open: (client: ScriptedClient) => Promise<unknown>])[] = [
    ['while the application connects', () => new Promise(() => {})],
    [
      'while the client connects',
      async (client) => {
        client.status = 'connecting'
        return client
      },
    ],
    ['when the stream is asked for', async (client) => client],
  ]

  it.each(openings)('is given up after timeoutMs, %s', async (_, open) => {
    const client = new ScriptedClient()
    const { heard, errors, end } = subscribe(() => open(client), { timeoutMs: 500 })
    await pass(499)
    expect(errors).toEqual([])
    await pass(1)
    expectError(errors[0], 'feed_failed', 'No answer came')
    expect(heard).toEqual([])
    await end()
  })

  it.each(openings)('ends at once, %s', async (_, open) => {
    const client = new ScriptedClient()
    const { heard, errors, end } = subscribe(() => open(client))
    await pass(10)
    await end()
    expect([heard, errors]).toEqual([[], []])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['has been given up', async () => pass(2_000)],
    ['has ended', async (end: () => Promise<void>) => end()],
  ])('and comes when it %s is closed', async (_, before) => {
    const client = new ScriptedClient()
    let open = (_: unknown) => {}
    const opening = new Promise((resolve) => {
      open = resolve
    })
    const { end } = subscribe(() => opening)
    await pass(0)
    await before(end)
    open(client)
    await pass(0)
    expect(client.disconnected).toBe(1)
    expect(client.asked).toEqual([])
    await end()
  })

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error(canary)
      },
      'feed_failed',
    ],
    ['rejects', () => Promise.reject(new Error(canary)), 'feed_failed'],
    ['returns nothing', () => undefined, 'invalid_option'],
    ['returns an address', () => canary, 'invalid_option'],
    ['returns what has no events', () => ({ call: async () => null }), 'feed_failed'],
    [
      'returns a cluster that reads from replicas',
      () => ({ call: async () => null, options: { scaleReads: 'slave' } }),
      'invalid_option',
    ],
  ])('is tried again when the application %s', async (_, open, code) => {
    const client = new ScriptedClient()
    const connect = vi.fn(() => client as unknown).mockImplementationOnce(open)
    const { heard, errors, end } = subscribe(connect)
    await pass(200)
    expect(connect).toHaveBeenCalledTimes(2)
    expectError(errors[0], code as 'feed_failed')
    await client.answer('XTRIM', 0)
    await client.answer('XREVRANGE', [])
    expect(heard).toEqual(['connected'])
    await end()
  })
})

describe('a client', () => {
  it('that tells that its connection is closed is lost at once, with the reason that it told', async () => {
    const { client, heard, errors, end } = await connected()
    client.emit('error', Object.assign(new Error(canary), { code: 'ECONNRESET' }))
    expect(heard).toEqual(['connected'])
    client.emit('close')
    await pass(0)
    expect(heard).toEqual(['connected', 'lost'])
    expectError(errors[0], 'feed_failed', 'ECONNRESET')
    await end()
  })

  it('may fail when it is not used any longer', async () => {
    const { client, heard, end } = await connected()
    await end()
    client.emit('error', new Error('late'))
    client.emit('close')
    for (const { fail } of client.asked) fail(new Error('late'))
    await pass(0)
    expect([heard, client.disconnected]).toEqual([['connected'], 1])
  })

  it.each<[string, string, unknown]>([
    ['nothing', 'XRANGE', null],
    ['a status', 'XRANGE', 'QUEUED'],
    ['entries that are none', 'XRANGE', [null]],
    ['entries without an id', 'XRANGE', [[1, []]]],
    ['entries without fields', 'XRANGE', [['1-1', null]]],
    ['buffers', 'XRANGE', [[Buffer.from('1-1'), []]]],
    ['a map', 'XRANGE', { stream: [] }],
  ])('that answers with %s is closed, and nothing is believed', async (_, command, reply) => {
    const { client, heard, errors, end } = await connected()
    await client.answer('XREAD', null)
    await client.answer('XTRIM', 0)
    await client.answer(command, reply)
    expect(heard).toEqual(['connected', 'lost'])
    expect(client.disconnected).toBe(1)
    expectError(errors[0], 'store_failed')
    await end()
  })

  it.each(['READONLY', 'LOADING', 'CLUSTERDOWN', 'NOPERM', 'UNBLOCKED'])(
    'that is answered %s is closed, and only that word is told',
    async (word) => {
      const { client, heard, errors, end } = await connected()
      client.asked.at(-1)?.fail(new Error(`${word} ${canary}`))
      await pass(0)
      expect(heard).toEqual(['connected', 'lost'])
      expectError(errors[0], 'feed_failed', `Redis answered ${word}`)
      await end()
    },
  )
})

describe('what a feed asks for', () => {
  const stream = '{rest-api-key}:changes'
  const trim = ['XTRIM', stream, 'MAXLEN', '~', '10000']
  const last = ['XREVRANGE', stream, '+', '-', 'COUNT', '1']
  const wait = (id: string, ms = 2_000) => ['XREAD', 'COUNT', '1', 'BLOCK', `${ms}`, 'STREAMS', stream, id]
  const range = (from: string) => ['XRANGE', stream, from, '+', 'COUNT', '1000']
  const askedBy = ({ asked }: ScriptedClient) => asked.map(({ command, args }) => [command, ...args])
  const told = (id: string) => `changed ${id.padEnd(64, '0')}`

  /** A feed of a stream that had nothing in it. */
  async function connectedToNothing() {
    const client = new ScriptedClient()
    const subscription = subscribe(() => client)
    await pass(0)
    await client.answer('XTRIM', 0)
    await client.answer('XREVRANGE', [])
    return { client, ...subscription }
  }

  /** What has been written since the last question. */
  async function written(client: ScriptedClient, entries: readonly unknown[]): Promise<void> {
    await client.answer('XREAD', null)
    await client.answer('XTRIM', 0)
    await client.answer('XRANGE', entries)
  }

  it('is where the stream ends, and what comes behind', async () => {
    const { client, heard, end } = await connected()
    expect(askedBy(client)).toEqual([trim, last, wait('1-1')])
    await written(client, [entry('1-1'), entry('1-2'), entry('1-3')])
    expect(askedBy(client).slice(3)).toEqual([range('1-1'), trim, wait('1-3')])
    expect(heard).toEqual(['connected', told('1-2'), told('1-3')])
    await end()
  })

  it('is the stream of its prefix, for as long as it was told', async () => {
    const { client, end } = await connected({ prefix: 'own', heartbeatMs: 300 })
    expect(client.asked.at(-1)?.args).toEqual(wait('1-1', 300).slice(1).with(5, '{own}:changes'))
    await end()
  })

  it('is everything, if there was nothing', async () => {
    const { client, heard, end } = await connectedToNothing()
    expect(askedBy(client)).toEqual([trim, last, wait('0-0')])
    await written(client, [])
    expect(askedBy(client).slice(3)).toEqual([range('-'), trim, wait('0-0')])
    await written(client, [entry('1-1')])
    expect(heard).toEqual(['connected', told('1-1')])
    expect(askedBy(client).at(-1)).toEqual(wait('1-1'))
    await end()
  })

  it.each([
    ['999', 999, 'changed'],
    ['1,000: some may have been dropped', 1_000, 'flush'],
  ])('is told one by one of a stream that had nothing in it up to %s', async (_, count, news) => {
    const { client, heard, end } = await connectedToNothing()
    await written(
      client,
      Array.from({ length: count }, (_, index) => entry(`1-${index}`)),
    )
    if (news === 'flush') {
      await client.answer('XREVRANGE', [entry('7-7')])
      expect(heard).toEqual(['connected', 'flush'])
      expect(askedBy(client).slice(-2)).toEqual([last, wait('7-7')])
    } else {
      expect(heard).toHaveLength(count + 1)
    }
    await end()
  })

  it.each([
    ['is gone', [entry('1-2')]],
    ['and all others are gone', []],
  ])('is where it ends, if what was read last %s', async (_, entries) => {
    const { client, heard, end } = await connected()
    await written(client, entries)
    expect(heard).toEqual(['connected'])
    await client.answer('XREVRANGE', [])
    expect(heard).toEqual(['connected', 'flush'])
    expect(askedBy(client).slice(-2)).toEqual([last, wait('0-0')])
    await end()
  })

  it.each<[string, readonly unknown[]]>([
    ['another field', ['key', 'digest-1']],
    ['more fields', ['digest', 'digest-1', 'by', 'somebody']],
    ['no field', []],
    ['no digest', ['digest']],
  ])('is flushed for an entry with %s', async (_, fields) => {
    const { client, heard, end } = await connected()
    await written(client, [entry('1-1'), ['1-2', fields]])
    expect(heard).toEqual(['connected', 'flush'])
    await end()
  })
})

it.each([
  ['digest-1', 'digest-1'],
  [`plain:${canary}`, sha256Digest()(`plain:${canary}`)],
])('a store adds an entry for %s, never with a Reference ID in it', (digest, told) => {
  const command = ['XADD', 'stream', 'MAXLEN', '~', '10000', '*', 'digest', told]
  expect(announced('stream', digest)).toEqual(command)
})

describe('a client that is given', () => {
  it.each<[string, Partial<Record<'status' | 'isOpen', unknown>>]>([
    ['ioredis that waits to be connected', { status: 'wait' }],
    ['node-redis that is not connected', { status: undefined, isOpen: false }],
  ])('is connected: %s', async (_, state) => {
    const connect = vi.fn(async () => {})
    const client = Object.assign(new ScriptedClient(), state, { connect })
    const { end } = subscribe(() => client)
    await pass(0)
    expect(connect).toHaveBeenCalledTimes(1)
    expect(client.asked).toHaveLength(1)
    await end()
  })

  it.each<[string, Partial<Record<'status' | 'isOpen', unknown>>]>([
    ['ioredis', { status: 'ready' }],
    ['node-redis', { status: undefined, isOpen: true }],
  ])('is not, if it is already: %s', async (_, state) => {
    const connect = vi.fn(async () => {})
    const client = Object.assign(new ScriptedClient(), state, { connect })
    const { end } = subscribe(() => client)
    await pass(0)
    expect(connect).not.toHaveBeenCalled()
    expect(client.asked).toHaveLength(1)
    await end()
  })

  it('is waited for while it connects', async () => {
    const client = new ScriptedClient()
    client.status = 'connecting'
    const { end } = subscribe(() => client)
    await pass(100)
    expect(client.asked).toEqual([])
    client.emit('ready')
    await pass(0)
    expect(client.asked).toHaveLength(1)
    await end()
  })

  it('is destroyed where it can be, and may fail at it', async () => {
    const destroy = vi.fn(() => {
      throw new Error('it is closed')
    })
    const client = Object.assign(new ScriptedClient(), { destroy })
    const { end } = subscribe(() => client)
    await pass(0)
    await end()
    expect([destroy.mock.calls.length, client.disconnected]).toEqual([1, 0])
  })

  it('that only tells that it is closed is lost all the same', async () => {
    const { client, heard, errors, end } = await connected()
    client.emit('close')
    await pass(0)
    expect(heard).toEqual(['connected', 'lost'])
    expectError(errors[0], 'feed_failed', 'The connection to Redis has ended')
    await end()
  })

  it.each(['nope', `${'X'.repeat(21)} too long`, 'E short', 'NOSPACE', 'of NOPERM'])(
    'may fail with what is no reply of Redis, of which nothing is told: %s',
    async (message) => {
      const { client, errors, end } = await connected()
      client.asked.at(-1)?.fail(new Error(message))
      await pass(0)
      expectError(errors[0], 'feed_failed', 'The change feed failed')
      await end()
    },
  )
})
