import type { Kysely } from 'kysely'
import { createLocalFeed } from '../../local-feed.js'
import type { KeyRepository } from '../../management/key-repository.js'
import { assertOptions, invalidOption } from '../../options.js'
import { auditMethods } from './audit.js'
import { connectionOf } from './connection.js'
import type { Context } from './context.js'
import { groupMethods } from './groups.js'
import { keyMethods } from './keys.js'
import { lookUpMethods } from './look-ups.js'
import { type PostgresPool, preparedStatements } from './prepared-statements.js'
import { createWriter } from './writer.js'

/** What a store can do faster with. */
export interface SqlStoreOptions {
  /**
   * PostgreSQL only: a `Pool` of `pg` that reaches the same database as `db`, such as the one that `db` uses. Look-ups then
   * go to it as prepared statements. Not for a pooler in between that prepares none, as PgBouncer before 1.21 in its
   * transaction mode. Default: look-ups go through `db`.
   */
  readonly pool?: PostgresPool
}

/**
 * Keeps groups, keys and their audit in a database that Kysely speaks to: PostgreSQL, MySQL, MariaDB, SQLite, or another
 * that understands the same SQL. Opens no connection and creates no table: see `migrateToLatest`.
 *
 * @throws {RestApiKeyError} `invalid_option` if `db` is no Kysely, is a transaction, or speaks another SQL,
 *   or if `pool` is no such pool; `unknown_option`.
 *
 * @example
 * ```ts
 * import { Kysely, PostgresDialect } from 'kysely'
 * import pg from 'pg'
 * import { createAuthorizer } from 'rest-api-key'
 * import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
 * await migrateToLatest(db)
 * createAuthorizer({ store: sqlStore(db, { pool }) })
 * ```
 */
export function sqlStore<DB>(db: Kysely<DB>, options: SqlStoreOptions = {}): Required<KeyRepository> {
  assertOptions('sqlStore', options, ['pool'])
  const { pool } = options
  const connection = connectionOf(db)
  // A change is told after its commit, which nobody here would see.
  if (db.isTransaction) throw invalidOption('db', 'a Kysely outside of transactions', db)
  if (pool !== undefined && (connection.dialect.name !== 'postgres' || typeof pool?.query !== 'function')) {
    throw invalidOption('pool', 'a Pool of pg, and "db" PostgreSQL', pool)
  }
  const { changes, changed } = createLocalFeed()
  const attempt = createWriter(connection.dialect)
  const context: Context = {
    ...connection,
    write: (act) => attempt(() => connection.db.transaction().execute(act)),
    changed,
  }
  return Object.freeze({
    ...lookUpMethods(context, pool && preparedStatements(pool)),
    ...groupMethods(context),
    ...keyMethods(context),
    ...auditMethods(context),
    changes,
  })
}
