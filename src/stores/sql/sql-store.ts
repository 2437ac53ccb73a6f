import type { Kysely } from 'kysely'
import { createLocalFeed } from '../../local-feed.js'
import type { KeyRepository } from '../../management/key-repository.js'
import { invalidOption } from '../../options.js'
import { auditMethods } from './audit.js'
import { connectionOf } from './connection.js'
import type { Context } from './context.js'
import { groupMethods } from './groups.js'
import { keyMethods } from './keys.js'
import { lookUpMethods } from './look-ups.js'
import { createWriter } from './writer.js'

/**
 * Keeps groups, keys and their audit in a database that Kysely speaks to: PostgreSQL, MySQL, MariaDB, SQLite, or another
 * that understands the same SQL. Opens no connection and creates no table: see `migrateToLatest`.
 *
 * @throws {RestApiKeyError} `invalid_option` if `db` is no Kysely, is a transaction, or speaks another SQL.
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
 * createAuthorizer({ store: sqlStore(db) })
 * ```
 */
export function sqlStore<DB>(db: Kysely<DB>): Required<KeyRepository> {
  const connection = connectionOf(db)
  // A change is told after its commit, which nobody here would see.
  if (db.isTransaction) throw invalidOption('db', 'a Kysely outside of transactions', db)
  const { changes, changed } = createLocalFeed()
  const attempt = createWriter(connection.dialect)
  const context: Context = {
    ...connection,
    write: (act) => attempt(() => connection.db.transaction().execute(act)),
    changed,
  }
  return Object.freeze({
    ...lookUpMethods(context),
    ...groupMethods(context),
    ...keyMethods(context),
    ...auditMethods(context),
    changes,
  })
}
