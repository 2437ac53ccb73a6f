import type { Kysely } from 'kysely'
import { answerWithin } from '../../answer-within.js'
import type { ChangeFeed } from '../../change-feed.js'
import { RestApiKeyError } from '../../errors.js'
import { tellMessage } from '../../feed-message.js'
import { assertOptions, invalidOption, milliseconds, optionalFunction } from '../../options.js'
import { pause } from '../../pause.js'
import { type ConnectionListener, reconnectingFeed } from '../../reconnecting-feed.js'
import { changeLog } from './change-log.js'
import { ChangePosition } from './change-position.js'
import { connectionOf } from './connection.js'
import { text } from './values.js'

/** How often the database is asked. */
export interface PollingChangesOptions {
  /** Milliseconds from one poll to the next. Default 1,000. */
  readonly intervalMs?: number
  /** Milliseconds by which an answer may be late: what was changed is heard, or the feed lost, within both together. Default 2,000. */
  readonly timeoutMs?: number
  /** For logs: hears why the feed was lost. Its return value and its failures are ignored. */
  readonly onError?: (error: RestApiKeyError) => unknown
}

/**
 * News of changed keys from MySQL, MariaDB or SQLite: triggers write what is changed, by whomever and by whichever
 * statement, to a table that is read again and again. Give it to an authorizer as `changes`, and it hears of them within
 * `intervalMs`; if the database does not answer, the feed is lost within `intervalMs + timeoutMs`, and comes back by
 * itself. It must read from the same server as the store.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`; for PostgreSQL there is `postgresChanges`.
 *
 * @example
 * ```ts
 * import { Kysely, MysqlDialect } from 'kysely'
 * import { createPool } from 'mysql2'
 * import { createAuthorizer } from 'rest-api-key'
 * import { pollingChanges, sqlStore } from 'rest-api-key/sql'
 *
 * const pool = createPool(process.env.DATABASE_URL ?? '')
 * const db = new Kysely({ dialect: new MysqlDialect({ pool }) })
 * createAuthorizer({ store: sqlStore(db), changes: pollingChanges(db, { onError: console.error }) })
 * ```
 */
export function pollingChanges<DB>(db: Kysely<DB>, options: PollingChangesOptions = {}): ChangeFeed {
  const connection = connectionOf(db)
  // It would see for ever what was there when the transaction began.
  if (db.isTransaction) throw invalidOption('db', 'a Kysely outside of transactions', db)
  if (connection.dialect.name === 'postgres') {
    throw new RestApiKeyError('invalid_option', '"db" is PostgreSQL, for which there is postgresChanges')
  }
  assertOptions('pollingChanges', options, ['intervalMs', 'timeoutMs', 'onError'])
  const intervalMs = milliseconds('intervalMs', options.intervalMs, 1_000, 1)
  const timeoutMs = milliseconds('timeoutMs', options.timeoutMs, 2_000, 1)
  const { onError } = options
  optionalFunction('onError', onError)
  const log = changeLog(connection.db)
  const ask = asker()

  async function run(listener: ConnectionListener, signal: AbortSignal): Promise<void> {
    // The position first: what changes between the two is told, and dropped besides.
    for (let begin = listener.connected; !signal.aborted; begin = listener.flush) {
      const askedAtMs = performance.now()
      const position = new ChangePosition(await ask(log.newest, timeoutMs))
      begin()
      await follow(position, askedAtMs, listener, signal)
    }
  }

  /** Tells what comes behind a position, as long as it is of use. */
  async function follow(
    position: ChangePosition,
    positionAskedAtMs: number,
    listener: ConnectionListener,
    signal: AbortSignal,
  ) {
    let askedAtMs = positionAskedAtMs
    for (let toPruneAt = 0; ; ) {
      // By then it must be known what has been written since the last question was asked.
      const deadlineMs = askedAtMs + intervalMs + timeoutMs
      await pause(Math.max(0, askedAtMs + intervalMs - performance.now()), signal)
      if (signal.aborted) return
      askedAtMs = performance.now()
      const changes = position.advance(await ask(() => log.since(position), deadlineMs - askedAtMs))
      if (changes === undefined) return
      for (const { digest } of changes) tellMessage(listener, text(digest))
      if (position.last < toPruneAt) continue
      toPruneAt = position.last + prunedEvery
      // Nothing depends on it, and others may do it.
      ask(() => log.prune(position.last), timeoutMs).catch(() => {})
    }
  }

  return reconnectingFeed({ run, onError })
}

/** Changes between two attempts to prune. */
const prunedEvery = 1_000
/** A statement that hangs keeps a connection of the application's pool, which has others to serve. */
const maxHanging = 3

/** Asks with a deadline, and not again while too many statements have no answer yet. */
function asker(): <T>(statement: () => Promise<T>, withinMs: number) => Promise<T> {
  let hanging = 0
  return async (statement, withinMs) => {
    if (hanging === maxHanging) {
      throw new RestApiKeyError('feed_failed', `${hanging} statements are without an answer`)
    }
    const answer = statement()
    try {
      return await answerWithin(Math.max(1, Math.ceil(withinMs)), answer)
    } catch (error) {
      hanging++
      const settled = () => void hanging--
      answer.then(settled, settled)
      throw error
    }
  }
}
