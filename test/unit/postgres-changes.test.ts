import { EventEmitter } from 'node:events'
import type { RestApiKeyError } from 'rest-api-key'
import { type PostgresChangesOptions, type PostgresClient, postgresChanges } from 'rest-api-key/sql'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { recordingListener } from '../support/recording-listener.js'
import { canary, expectError } from '../support/refusals.js'

useFakeClock()
expectNoUnhandledRejections()

const channelOf = (table: string) => `channel of ${table}`
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A client of pg that answers as PostgreSQL does, unless the test says otherwise. */
class ScriptedClient extends EventEmitter {
  processID: number | null = null
  readonly connection: { readonly stream?: { destroy(): unknown } } | undefined = {
    stream: { destroy: vi.fn() },
  }
  readonly connect = vi.fn(async () => {
    this.processID = 7
  })
  readonly end = vi.fn(async () => {})
  readonly asked: (readonly [text: string, ...values: string[]])[] = []
  /** What is asked for when a client listens, and when it is looked whether it still does. */
  channels: readonly string[] | undefined
  isListening = true
  isDumb = false

  async query(text: string, values: readonly string[] = []): Promise<{ rows: unknown[] }> {
    this.asked.push([text.replace(/\s+/g, ' '), ...values])
    if (this.isDumb) return new Promise(() => {})
    if (text.startsWith('listen')) return { rows: [] }
    if (text.includes('pg_listening_channels')) return { rows: this.isListening ? [{}] : [] }
    return { rows: (this.channels ?? [channelOf(`${values[0]}`)]).map((channel) => ({ channel })) }
  }
}

function subscribe(connect: () => unknown, options: PostgresChangesOptions = {}) {
  const errors: RestApiKeyError[] = []
  const listener = recordingListener()
  const feed = postgresChanges(connect as () => PostgresClient, {
    onError: (error) => errors.push(error),
    ...options,
  })
  const end = feed.subscribe(listener)
  return { errors, heard: listener.heard, end }
}

async function connected(options: PostgresChangesOptions = {}) {
  const client = new ScriptedClient()
  const subscribed = subscribe(() => client, options)
  await pass(0)
  expect(subscribed.heard).toEqual(['connected'])
  return { client, ...subscribed }
}

describe('a feed of PostgreSQL listens', () => {
  const source =
    "select 'rest_api_keys.' || tgrelid as channel from pg_trigger where tgrelid = to_regclass($1) and tgenabled in ('O', 'A') and tgname in ('rest_api_keys_changed', 'rest_api_keys_updated', 'rest_api_keys_truncated') group by tgrelid having count(*) = 3"
  const given = 'select $1::text as channel'
  const check = (of: string) =>
    `select from (${of}) as source where channel in (select pg_listening_channels())`

  it.each<[string, PostgresChangesOptions, string, string]>([
    ['to the table that the search path finds', {}, source, 'rest_api_keys'],
    ['to the table of a schema', { schema: 'a"b' }, source, '"a""b".rest_api_keys'],
    ['to a channel of the application', { channel: 'a"b' }, given, 'a"b'],
  ])('%s, and looks whether it does', async (_, options, asked, value) => {
    const { client, end } = await connected(options)
    expect(client.asked).toEqual([
      [asked, value],
      [`listen "${channelOf(value).replaceAll('"', '""')}"`],
      [check(asked), value],
    ])
    await end()
  })

  it('to nothing where there are no triggers', async () => {
    const client = new ScriptedClient()
    client.channels = []
    const { heard, errors, end } = subscribe(() => client)
    await pass(0)
    const said = 'There is no table rest_api_keys with all of its triggers; has migrateToLatest run?'
    expectError(errors[0], 'feed_failed', said)
    expect(heard).toEqual([])
    await end()
  })

  it('over a client that is connected, or connects it', async () => {
    const client = new ScriptedClient()
    client.processID = 7
    const { heard, end } = subscribe(async () => client)
    await pass(0)
    expect([heard, client.connect.mock.calls.length]).toEqual([['connected'], 0])
    await end()
    const other = await connected()
    expect(other.client.connect).toHaveBeenCalledTimes(1)
    await other.end()
  })
})

it('a notification is told if it comes by the channel', async () => {
  const { client, heard, end } = await connected()
  const channel = channelOf('rest_api_keys')
  client.emit('notification', { channel, payload: 'digest' })
  client.emit('notification', { channel: 'another', payload: 'digest' })
  client.emit('notification', { channel, payload: '' })
  client.emit('notification', { channel })
  expect(heard).toEqual(['connected', 'changed digest', 'flush', 'flush'])
  await end()
})

describe('a connection of PostgreSQL', () => {
  it.each<[string, PostgresChangesOptions, number]>([
    ['every 2 s', {}, 2_000],
    ['as often as told', { heartbeatMs: 300 }, 300],
  ])('is looked at %s', async (_, options, ms) => {
    const { client, heard, errors, end } = await connected(options)
    await pass(ms - 1)
    expect(client.asked).toHaveLength(3)
    await pass(1)
    expect(client.asked).toHaveLength(4)
    expect(client.asked[3]).toEqual(client.asked[2])
    client.isListening = false
    await pass(ms)
    expect(heard).toEqual(['connected', 'lost'])
    expectError(errors[0], 'feed_failed', 'The connection does not hear what is notified')
    await end()
  })

  it.each<[string, PostgresChangesOptions, number]>([
    ['2 s', {}, 2_000],
    ['what it was told', { timeoutMs: 50 }, 50],
  ])('is lost if it does not answer within %s', async (_, options, ms) => {
    const { client, heard, errors, end } = await connected(options)
    client.isDumb = true
    await pass(2_000 + ms - 1)
    expect(heard).toEqual(['connected'])
    await pass(1)
    expect(heard).toEqual(['connected', 'lost'])
    expectError(errors[0], 'feed_failed', `No answer came to the change feed within ${ms} ms`)
    await end()
  })

  it.each<[string, (client: ScriptedClient) => unknown, string]>([
    ['fails', (client) => client.emit('error', Object.assign(new Error(canary), { code: '57P01' })), '57P01'],
    ['ends', (client) => client.emit('end'), 'PostgreSQL has ended the connection'],
  ])('that %s is lost at once, and closed', async (_, act, said) => {
    const { client, heard, errors, end } = await connected()
    act(client)
    await pass(0)
    expect(heard).toEqual(['connected', 'lost'])
    expectError(errors[0], 'feed_failed', said)
    expect(client.end).toHaveBeenCalledTimes(1)
    expect(client.connection?.stream?.destroy).toHaveBeenCalledTimes(1)
    await end()
  })

  it('is closed when the subscription ends, which waits for it, but not for ever', async () => {
    const { client, heard, errors, end } = await connected()
    client.end.mockImplementation(() => new Promise(() => {}))
    let hasEnded = false
    const ended = end().then(() => {
      hasEnded = true
    })
    await pass(1_999)
    expect(client.end).toHaveBeenCalledTimes(1)
    expect(client.connection?.stream?.destroy).toHaveBeenCalledTimes(1)
    expect(hasEnded).toBe(false)
    await pass(1)
    await ended
    expect([heard, errors, client.asked.length]).toEqual([['connected'], [], 3])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([undefined, {}])('is closed and waited for where it has no socket: %j', async (connection) => {
    const { client, end } = await connected()
    let close = () => {}
    client.end.mockImplementation(
      () =>
        new Promise<void>((resolve) => {
          close = resolve
        }),
    )
    Object.assign(client, { connection })
    let hasEnded = false
    const ended = end().then(() => {
      hasEnded = true
    })
    await pass(100)
    expect(hasEnded).toBe(false)
    close()
    await ended
  })

  it('that is lost leaves no listener behind', async () => {
    const added = vi.spyOn(EventTarget.prototype, 'addEventListener')
    const removed = vi.spyOn(EventTarget.prototype, 'removeEventListener')
    const { client, end } = await connected()
    client.emit('end')
    await pass(0)
    const left = new Set(added.mock.calls.map(([, listener]) => listener))
    for (const [type, listener] of removed.mock.calls) if (type === 'abort') left.delete(listener)
    vi.restoreAllMocks()
    // That of the pause before the next connection.
    expect(left.size).toBe(1)
    await end()
  })

  it('may fail and end when it is not used any longer', async () => {
    const { client, heard, end } = await connected()
    await end()
    client.emit('error', new Error('late'))
    client.emit('end')
    expect(heard).toEqual(['connected'])
  })

  it('that is lost is told before it is closed', async () => {
    const { client, heard, end } = await connected()
    client.end.mockImplementation(() => new Promise(() => {}))
    client.emit('end')
    await pass(0)
    expect(heard).toEqual(['connected', 'lost'])
    await end()
  })

  it.each([
    ['is given up', async () => pass(2_000)],
    ['ends', async (end: () => Promise<void>) => end()],
  ])('that comes after its subscription %s is closed, and asked nothing', async (_, before) => {
    const client = new ScriptedClient()
    let open = (_: unknown) => {}
    const making = new Promise((resolve) => {
      open = resolve
    })
    const connect = vi.fn(() => new Promise(() => {})).mockImplementationOnce(() => making)
    const { end } = subscribe(connect)
    await pass(0)
    const over = before(end)
    await pass(2_000)
    await over
    open(client)
    await pass(0)
    expect(client.end).toHaveBeenCalledTimes(1)
    expect(client.asked).toEqual([])
    client.emit('error', new Error('late'))
    const ended = end()
    await pass(2_000)
    await ended
  })
})

describe('what makes clients', () => {
  const client = () => new ScriptedClient()

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an address', () => canary],
    ['what asks nothing', () => Object.assign(client(), { query: undefined })],
    ['what has no events', () => ({ query: client().query })],
    ['a pool, which looks much alike', () => Object.assign(client(), { totalCount: 0 })],
  ])('is tried again where it makes %s', async (_, make) => {
    const good = client()
    const connect = vi.fn<() => unknown>(() => good).mockImplementationOnce(make)
    const { heard, errors, end } = subscribe(connect)
    await pass(200)
    expectError(errors[0], 'feed_failed', '"connect" must make a Client of pg, which is no Pool')
    expect(heard).toEqual(['connected'])
    await end()
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error(canary)
      },
    ],
    ['rejects', () => Promise.reject(new Error(canary))],
  ])('is tried again where it %s', async (_, make) => {
    const good = client()
    const connect = vi.fn<() => unknown>(() => good).mockImplementationOnce(make)
    const { heard, errors, end } = subscribe(connect)
    await pass(200)
    expectError(errors[0], 'feed_failed')
    expect(heard).toEqual(['connected'])
    await end()
  })
})
