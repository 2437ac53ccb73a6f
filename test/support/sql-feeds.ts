import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import type { ChangeFeed } from 'rest-api-key'
import { pollingChanges, postgresChanges, sqlStore } from 'rest-api-key/sql'
import type { Tables } from '../../src/stores/sql/tables.js'
import type { OnError, OpenFeed, OpenFeedThroughProxy } from './change-feed-cases.js'
import { mariadbDialect, type SqlDatabase } from './sql-databases.js'
import { empty } from './sql-rows.js'
import { tcpProxy } from './tcp-proxy.js'

/** Makes a feed over connections of its own to the database at this place. */
export type FeedAt = (
  location: string,
  onError: OnError,
  timeoutMs?: number,
) => { readonly feed: ChangeFeed; close(): Promise<void> }

const intervalMs = 50
/** For a server that does not answer; one that is only busy may take its time. */
const shortTimeoutMs = 300

export const postgresFeedAt: FeedAt = (location, onError, timeoutMs = 2_000) => ({
  feed: postgresChanges(() => new pg.Client(location), { heartbeatMs: intervalMs, timeoutMs, onError }),
  close: async () => {},
})

export const mariadbFeedAt: FeedAt = (location, onError, timeoutMs = 2_000) => {
  const db = new Kysely<Tables>({ dialect: mariadbDialect(location) })
  return { feed: pollingChanges(db, { intervalMs, timeoutMs, onError }), close: () => db.destroy() }
}

export const sqliteFeedAt: FeedAt = (location, onError, timeoutMs = 2_000) => {
  const db = new Kysely<Tables>({ dialect: new LibsqlDialect({ url: `file:${location}` }) })
  return { feed: pollingChanges(db, { intervalMs, timeoutMs, onError }), close: () => db.destroy() }
}

/** Feeds over one database, whose tables are emptied for each of them. */
export function sqlFeed(
  database: () => SqlDatabase,
  feedAt: FeedAt,
): (onError: OnError) => Promise<OpenFeed> {
  return async (onError) => {
    const { location } = database()
    return { ...(await storesOf(database())), ...feedAt(location, onError) }
  }
}

/** The same, behind a proxy. */
export function sqlFeedThroughProxy(
  database: () => SqlDatabase,
  feedAt: FeedAt,
): (onError: OnError) => Promise<OpenFeedThroughProxy> {
  return async (onError) => {
    const proxy = await tcpProxy(new URL(database().location))
    const url = new URL(database().location)
    url.port = `${proxy.port}`
    const { feed, close } = feedAt(url.href, onError, shortTimeoutMs)
    return {
      ...(await storesOf(database())),
      feed,
      proxy,
      detectionMs: intervalMs + shortTimeoutMs,
      async close() {
        proxy.close()
        // A pool rejects for connections that broke.
        await close().catch(() => {})
      },
    }
  }
}

async function storesOf({ db, connect }: SqlDatabase): Promise<Omit<OpenFeed, 'feed' | 'close'>> {
  await empty(db)
  return {
    here: sqlStore(db),
    elsewhere: sqlStore(connect()),
    send: (message) => send(db, message),
  }
}

/** Puts a message where the triggers put digests. */
export async function send(db: Kysely<Tables>, message: string): Promise<void> {
  const isPostgres = db.selectFrom('rest_api_keys').where('id', '=', '').compile().sql.endsWith('$1')
  if (isPostgres) {
    await sql`select pg_notify('rest_api_keys.' || 'rest_api_keys'::regclass::oid, ${message})`.execute(db)
  } else {
    await db.insertInto('rest_api_key_changes').values({ digest: message }).execute()
  }
}
