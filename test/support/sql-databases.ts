import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import {
  CompiledQuery,
  type Dialect,
  Kysely,
  MysqlDialect,
  PostgresDialect,
  type RawBuilder,
  sql,
} from 'kysely'
import { createPool, type PoolOptions } from 'mysql2'
import pg from 'pg'
import type { Tables } from '../../src/stores/sql/tables.js'
import { PGliteDialect } from './pglite-dialect.js'
import { mariadbUrl, postgresUrl } from './services.js'

/** A database of its own, which is empty at first. */
export interface SqlDatabase {
  readonly db: Kysely<Tables>
  /** Connections of their own to the same database, as another instance or a restart has them. */
  connect(log?: (statement: string) => void): Kysely<Tables>
  /** The address of a server's database, or the file. */
  readonly location: string
}

export interface OpenDatabase extends SqlDatabase {
  close(): Promise<void>
}

export async function postgresDatabase(): Promise<OpenDatabase> {
  return onServer(postgresUrl(), postgresDialect)
}

export async function mariadbDatabase(): Promise<OpenDatabase> {
  return onServer(mariadbUrl(), mariadbDialect)
}

export function postgresDialect(url: string, options: pg.PoolConfig = {}): Dialect {
  const pool = new pg.Pool({ connectionString: url, ...options })
  // A lost connection is an event as well, of the pool or, while it is in use, of the client; unheard it ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return new PostgresDialect({ pool })
}

export function mariadbDialect(url: string, options: PoolOptions = {}, setUp?: string): Dialect {
  return new MysqlDialect({
    pool: createPool({ uri: url, ...options }),
    async onCreateConnection(connection) {
      if (setUp !== undefined) await connection.executeQuery(CompiledQuery.raw(setUp))
    },
  })
}

/** SQLite in a file. */
export async function libsqlDatabase(): Promise<OpenDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'rest-api-key-'))
  const file = join(folder, 'keys.db')
  const database = opened(
    () => new LibsqlDialect({ url: `file:${file}` }),
    file,
    () => rm(folder, { recursive: true, force: true }),
  )
  await sql`pragma journal_mode = wal`.execute(database.db)
  return database
}

/** PostgreSQL in this process: one that starts once, and is emptied each time. */
export function pgliteDatabases(): () => Promise<OpenDatabase> {
  let starting: Promise<PGlite> | undefined
  return async () => {
    starting ??= PGlite.create()
    const client = await starting
    const dialect = new PGliteDialect(client)
    await client.exec('drop schema if exists keys cascade; drop schema public cascade; create schema public')
    return opened(
      () => dialect,
      '',
      async () => {},
    )
  }
}

async function onServer(server: string, dialectOf: (url: string) => Dialect): Promise<OpenDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(dialectOf(server), sql`create database ${sql.id(name)}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return opened(
    () => dialectOf(url.href),
    url.href,
    () => administer(dialectOf(server), sql`drop database ${sql.id(name)}`),
  )
}

async function administer(dialect: Dialect, statement: RawBuilder<unknown>): Promise<void> {
  const admin = new Kysely<unknown>({ dialect })
  await statement.execute(admin)
  await admin.destroy()
}

function opened(newDialect: () => Dialect, location: string, remove: () => Promise<void>): OpenDatabase {
  const connections: Kysely<Tables>[] = []
  const connect: SqlDatabase['connect'] = (log = () => {}) => {
    const db = new Kysely<Tables>({ dialect: newDialect(), log: ({ query }) => log(query.sql) })
    connections.push(db)
    return db
  }
  return {
    db: connect(),
    connect,
    location,
    async close() {
      await Promise.all(connections.map((db) => db.destroy()))
      await remove()
    },
  }
}
