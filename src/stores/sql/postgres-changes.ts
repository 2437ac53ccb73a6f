import { answerWithin } from '../../answer-within.js'
import type { ChangeFeed } from '../../change-feed.js'
import { RestApiKeyError } from '../../errors.js'
import { tellMessage } from '../../feed-message.js'
import { assertOptions, invalidOption, milliseconds, optionalFunction } from '../../options.js'
import { pause } from '../../pause.js'
import { type ConnectionListener, reconnectingFeed } from '../../reconnecting-feed.js'
import { type Ask, postgresChannel } from './postgres-channel.js'
import { assertClient, destroy, type PostgresClient } from './postgres-client.js'

/** What is listened to, and how quickly a lost connection is noticed. */
export interface PostgresChangesOptions {
  /** The schema of the tables, as in `sqlStore(db.withSchema(…))`. Default: as the connection's search path finds them. */
  readonly schema?: string
  /** For a table of your own: the channel that its trigger notifies. At most 63 bytes. Default: that of our tables. */
  readonly channel?: string
  /** Milliseconds between two looks whether the connection still hears. Default 2,000. */
  readonly heartbeatMs?: number
  /** Milliseconds within which the server must answer, also when the connection is opened. Default 2,000. */
  readonly timeoutMs?: number
  /** For logs: hears why a connection ended. Its return value and its failures are ignored. */
  readonly onError?: (error: RestApiKeyError) => unknown
}

/**
 * News of changed keys from PostgreSQL: what is committed is told by notifications of triggers, whoever changed it and by
 * whichever statement. Give it to an authorizer as `changes`, and it hears of them within milliseconds; a connection
 * that hears no longer is lost within `heartbeatMs + timeoutMs`, and the next one is opened by itself.
 *
 * `connect` makes a new client each time, because what listens needs a connection of its own, straight to the primary
 * server: not one of a pool, and not through a proxy that pools transactions.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`.
 *
 * @example
 * ```ts
 * import { Kysely, PostgresDialect } from 'kysely'
 * import pg from 'pg'
 * import { createAuthorizer } from 'rest-api-key'
 * import { postgresChanges, sqlStore } from 'rest-api-key/sql'
 *
 * const connectionString = process.env.DATABASE_URL
 * const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) })
 * createAuthorizer({
 *   store: sqlStore(db),
 *   changes: postgresChanges(() => new pg.Client({ connectionString }), { onError: console.error }),
 * })
 * ```
 */
export function postgresChanges(
  connect: () => PostgresClient | Promise<PostgresClient>,
  options: PostgresChangesOptions = {},
): ChangeFeed {
  if (typeof connect !== 'function') throw invalidOption('connect', 'a function that makes a client', connect)
  assertOptions('postgresChanges', options, knownOptions)
  const channel = postgresChannel(options)
  const heartbeatMs = milliseconds('heartbeatMs', options.heartbeatMs, 2_000, 1)
  const timeoutMs = milliseconds('timeoutMs', options.timeoutMs, 2_000, 1)
  const { onError } = options
  optionalFunction('onError', onError)

  async function run(listener: ConnectionListener, signal: AbortSignal): Promise<void> {
    const ending = new AbortController()
    const end = (reason?: unknown) => ending.abort(reason)
    const answer = <T>(promise: Promise<T>) => answerWithin(timeoutMs, promise, ending.signal)
    const onAbort = () => end()
    signal.addEventListener('abort', onAbort)
    const making = Promise.resolve().then(connect)
    try {
      const client = await answer(making)
      assertClient(client)
      client.on('error', end)
      client.on('end', () => end(new RestApiKeyError('feed_failed', 'PostgreSQL has ended the connection')))
      if (client.processID == null) await answer(client.connect())
      const ask: Ask = async (text, values) => (await answer(client.query(text, values))).rows

      let name: string | undefined
      client.on('notification', (message) => {
        if (message.channel === name) tellMessage(listener, message.payload)
      })
      name = await channel.listen(ask)
      await channel.check(ask)
      listener.connected()
      for (;;) {
        await pause(heartbeatMs, ending.signal)
        ending.signal.throwIfAborted()
        await channel.check(ask)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      // A client that comes too late, too. Only the end of the subscription waits for it: that it was lost must be told.
      const closed = answerWithin(timeoutMs, making.then(destroy)).catch(() => {})
      if (signal.aborted) await closed
    }
  }

  return reconnectingFeed({ run, onError })
}

const knownOptions = ['schema', 'channel', 'heartbeatMs', 'timeoutMs', 'onError']
