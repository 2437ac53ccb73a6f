import type { ChangeFeed } from '../../change-feed.js'
import type { RestApiKeyError } from '../../errors.js'
import { tellMessage } from '../../feed-message.js'
import { assertOptions, invalidOption, milliseconds, optionalFunction } from '../../options.js'
import { type ConnectionListener, reconnectingFeed } from '../../reconnecting-feed.js'
import { entriesOf, trimmed } from './change-stream.js'
import { type FeedConnection, openConnection, type RedisFeedClient } from './feed-connection.js'
import { keyNames } from './key-names.js'
import { parsePrefix } from './prefix.js'

/** Which store is heard of, and how quickly a lost connection is noticed. */
export interface RedisChangesOptions {
  /** That of the store. Default `rest-api-key`. */
  readonly prefix?: string
  /** How long the connection may be silent before it is tried, in milliseconds. Default 2,000. */
  readonly heartbeatMs?: number
  /** How long Redis may take to open a connection, and to answer, in milliseconds. Default 2,000. */
  readonly timeoutMs?: number
  /** Hears why a connection was lost or could not be opened, for logs. The feed tries again by itself. */
  readonly onError?: (error: RestApiKeyError) => void
}

/** How many entries are read at a time. */
const batch = 1_000

/**
 * Hears of every change of a `redisStore` with the same prefix, whichever process made it. The store writes what it
 * changes to a stream in the same step, so that nothing is missed while a connection is cut.
 *
 * `connect` returns a client of its own for each connection, because the feed waits on it: ioredis or node-redis, their
 * clusters included, connected or not. The feed closes it.
 *
 * A change is heard when Redis tells of it. A connection on which Redis does not answer is lost within `heartbeatMs` +
 * `timeoutMs`; so is one to a Redis that takes no writes, such as a replica, because changes are made elsewhere then.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option and what was expected.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createAuthorizer } from 'rest-api-key'
 * import { redisChanges, redisStore } from 'rest-api-key/redis'
 *
 * const redis = new Redis('redis://127.0.0.1:6379')
 * export const authorizer = createAuthorizer({
 *   store: redisStore(redis),
 *   changes: redisChanges(() => redis.duplicate(), { onError: console.error }),
 * })
 * ```
 */
export function redisChanges(
  connect: () => RedisFeedClient | Promise<RedisFeedClient>,
  options: RedisChangesOptions = {},
): ChangeFeed {
  assertOptions('redisChanges', options, ['prefix', 'heartbeatMs', 'timeoutMs', 'onError'])
  if (typeof connect !== 'function') {
    throw invalidOption(
      'connect',
      'a function that returns a client, such as () => redis.duplicate()',
      connect,
    )
  }
  const { onError } = options
  optionalFunction('onError', onError)
  const stream = keyNames(parsePrefix(options.prefix)).changes()
  // Redis takes 0 for ever.
  const heartbeatMs = milliseconds('heartbeatMs', options.heartbeatMs, 2_000, 1)
  const timeoutMs = milliseconds('timeoutMs', options.timeoutMs, 2_000, 1)

  return reconnectingFeed({
    onError,
    async run(listener, signal) {
      const connection = await openConnection(connect, { key: stream, timeoutMs, signal })
      try {
        await follow(connection, stream, { heartbeatMs, timeoutMs }, listener)
      } finally {
        connection.close()
      }
    },
  })
}

/** Tells of every later change until the connection is lost. */
async function follow(
  { ask }: FeedConnection,
  stream: string,
  { heartbeatMs, timeoutMs }: { readonly heartbeatMs: number; readonly timeoutMs: number },
  listener: ConnectionListener,
): Promise<never> {
  let askedAtMs = performance.now()
  let deadlineMs = askedAtMs + timeoutMs
  const askInTime = (command: string, ...args: readonly string[]) =>
    ask(Math.max(0, Math.ceil(deadlineMs - performance.now())), command, args)
  // Fails where no change can be made: those that are made elsewhere might never arrive.
  const assertWritable = () => askInTime(...trimmed(stream))
  /** Where the stream ends; `undefined` if there is nothing in it. */
  const lastId = async () => entriesOf(await askInTime('XREVRANGE', stream, '+', '-', 'COUNT', '1'))[0]?.id

  await assertWritable()
  let position = await lastId()
  listener.connected()

  for (;;) {
    // Until then it must be known what has been written since the last question.
    deadlineMs = askedAtMs + heartbeatMs + timeoutMs
    // Only waits: the form of its reply depends on the version of the protocol.
    await askInTime(
      'XREAD',
      ...['COUNT', '1', 'BLOCK', `${heartbeatMs}`, 'STREAMS', stream, position ?? '0-0'],
    )

    askedAtMs = performance.now()
    const range = [stream, position ?? '-', '+', 'COUNT', `${batch}`]
    const [reply] = await Promise.all([askInTime('XRANGE', ...range), assertWritable()])
    const entries = entriesOf(reply)
    // What was read last must still be there, or others may have been dropped with it, or the stream is another one.
    // Of a stream that had nothing in it nothing has been dropped as long as it is short.
    const isComplete = position === undefined ? entries.length < batch : entries[0]?.id === position
    if (isComplete) {
      for (const { id, message } of entries) {
        if (id !== position) tellMessage(listener, message)
        position = id
      }
    } else {
      position = await lastId()
      listener.flush()
    }
  }
}
