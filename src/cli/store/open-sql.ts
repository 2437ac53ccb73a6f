import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Dialect } from 'kysely'
import { CliError, usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import type { OpenStore, StoreOptions } from './open-store.js'
import { isInProject, projectPackages } from './project-packages.js'

type KyselyModule = typeof import('kysely')

/** Longer than a healthy server takes, shorter than somebody waits. */
const connectTimeoutMs = 10_000

export async function openPostgres(url: string): Promise<OpenStore> {
  const [{ PostgresDialect }, { Pool }] = projectPackages<[KyselyModule, typeof import('pg')]>('kysely', 'pg')
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs })
  // A connection that is lost fails the query that needs it; unheard it would end the process as well.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return over(new PostgresDialect({ pool }))
}

export async function openMysql(url: string): Promise<OpenStore> {
  const [{ MysqlDialect }, { createPool }] = projectPackages<[KyselyModule, typeof import('mysql2')]>(
    'kysely',
    'mysql2',
  )
  const uri = url.replace(/^mariadb:/, 'mysql:')
  return over(new MysqlDialect({ pool: createPool({ uri, connectTimeout: connectTimeoutMs }) }))
}

export async function openSqlite(url: string, { mayCreate = false }: StoreOptions): Promise<OpenStore> {
  const path = url.slice('sqlite:'.length)
  if (path === '' || /^\/\/(?!\/)/.test(path)) throw usageError('A database file is written as sqlite:path')
  const file = resolve(path)
  if (!mayCreate && !existsSync(file)) {
    throw new CliError(
      exitCodes.unavailable,
      'There is no such database file; "rest-api-key migrate" creates it',
    )
  }
  return over(sqliteDialect(file))
}

function sqliteDialect(file: string): Dialect {
  if (isInProject('better-sqlite3')) {
    type Database = new (file: string) => import('kysely').SqliteDatabase
    const [{ SqliteDialect }, Database] = projectPackages<[KyselyModule, Database]>(
      'kysely',
      'better-sqlite3',
    )
    return new SqliteDialect({ database: new Database(file) })
  }
  const [, { LibsqlDialect }] = projectPackages<[KyselyModule, typeof import('@libsql/kysely-libsql')]>(
    'kysely',
    '@libsql/kysely-libsql',
  )
  return new LibsqlDialect({ url: pathToFileURL(file).href })
}

/** Loaded only now: the store needs Kysely, which is known to be there. */
async function over(dialect: Dialect): Promise<OpenStore> {
  const { sqlDatabase } = await import('./sql-database.js')
  return sqlDatabase(dialect)
}
