import type { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Redis } from 'ioredis'
import { CompiledQuery, type Dialect, Kysely } from 'kysely'
import pg from 'pg'
import type { ChangeFeed, RestApiKeyError } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import { redisChanges, redisStore } from 'rest-api-key/redis'
import { pollingChanges, postgresChanges, sqlStore } from 'rest-api-key/sql'
import { impatient } from '../support/impatient.js'
import { mariadbDialect, postgresDialect } from '../support/sql-databases.js'
import { heartbeatMs, intervalMs, timeoutMs } from './bounds.js'

/** Where the keys of some processes are. */
export interface Place {
  readonly kind: 'postgres' | 'redis' | 'mariadb' | 'sqlite'
  readonly url: string
  /** The same, for the feed: a proxy may stand between. */
  readonly feedUrl: string
  /** Begins the keys in Redis. */
  readonly prefix: string
}

/** What an application opens to have its keys there. */
export interface Backend {
  readonly store: Required<KeyRepository>
  readonly changes: ChangeFeed
  /** Runs a statement on a connection that the store knows nothing of, as somebody in `psql` does; not in Redis. */
  run(statement: string): Promise<void>
  close(): Promise<void>
}

export interface BackendListeners {
  /** Is given each client that a feed which pushes has opened. */
  readonly onFeedClient?: (client: EventEmitter) => void
  readonly onFeedError?: (error: RestApiKeyError) => void
}

export function openBackend(place: Place, listeners: BackendListeners = {}): Backend {
  return place.kind === 'redis' ? openRedis(place, listeners) : openSql(place, listeners)
}

function openRedis(
  { url, feedUrl, prefix }: Place,
  { onFeedClient, onFeedError }: BackendListeners,
): Backend {
  const client = new Redis(url)
  return {
    store: redisStore(client, { prefix }),
    changes: redisChanges(() => told(new Redis(feedUrl, { lazyConnect: true }), onFeedClient), {
      prefix,
      heartbeatMs,
      timeoutMs,
      onError: (error) => onFeedError?.(error),
    }),
    async run() {
      throw new Error('Redis knows no SQL')
    },
    async close() {
      client.disconnect()
    },
  }
}

function openSql({ kind, url, feedUrl }: Place, { onFeedClient, onFeedError }: BackendListeners): Backend {
  const dialectOf = dialects[kind as keyof typeof dialects]
  const db = new Kysely<unknown>({ dialect: dialectOf(url) })
  const past = new Kysely<unknown>({ dialect: dialectOf(url) })
  const polled = new Kysely<unknown>({
    dialect: kind === 'mariadb' ? polledDialect(feedUrl) : dialectOf(feedUrl),
  })
  const onError = (error: RestApiKeyError) => onFeedError?.(error)
  return {
    store: sqlStore(db),
    changes:
      kind === 'postgres'
        ? postgresChanges(() => told(new pg.Client(feedUrl), onFeedClient), {
            heartbeatMs,
            timeoutMs,
            onError,
          })
        : pollingChanges(polled, { intervalMs, timeoutMs, onError }),
    run: async (statement) => void (await past.executeQuery(CompiledQuery.raw(statement))),
    close: async () => void (await Promise.all([db, past, polled].map((one) => one.destroy()))),
  }
}

/** A connection that is cut without a word ends itself; mysql2 would wait for its answers as long as TCP does. */
function polledDialect(url: string): Dialect {
  const { hostname: host, port } = new URL(url)
  const stream = () => impatient(connect({ host, port: Number(port), noDelay: true }), intervalMs + timeoutMs)
  return mariadbDialect(url, { connectTimeout: timeoutMs, stream })
}

function told<Client extends EventEmitter>(
  client: Client,
  listener: BackendListeners['onFeedClient'],
): Client {
  listener?.(client)
  return client
}

const dialects: Readonly<Record<Exclude<Place['kind'], 'redis'>, (url: string) => Dialect>> = {
  // Connections stay, so that their number would tell of a leak.
  postgres: (url) => postgresDialect(url, { idleTimeoutMillis: 0 }),
  mariadb: mariadbDialect,
  sqlite: (url) => new LibsqlDialect({ url: `file:${url}` }),
}
