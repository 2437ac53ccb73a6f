import { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrateToLatest, postgresChanges, sqlStore } from 'rest-api-key/sql'
import { postgres as service } from '../../scripts/services/postgres.js'
import { impatient } from '../support/impatient.js'
import type { Backend } from './backend.js'

export const postgres: Backend = {
  name: 'PostgreSQL',
  driver: 'pg',
  service,
  feedNeedsWrites: false,
  settings: ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on'],

  async prepare(url) {
    const pool = new pg.Pool({ connectionString: url })
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    await migrateToLatest(db)
    await db.destroy()
    return url
  },

  async connect(url, { storeTimeoutMs, heartbeatMs, timeoutMs }) {
    const pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: storeTimeoutMs,
      idleTimeoutMillis: storeTimeoutMs,
      stream: () => impatient(new Socket(), 2 * storeTimeoutMs),
    })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    return {
      store: sqlStore(db),
      changes: postgresChanges(() => new pg.Client(url), { heartbeatMs, timeoutMs }),
      detectionMs: heartbeatMs + timeoutMs,
      close: () => db.destroy(),
    }
  },

  async version(url) {
    const [row] = await execute(url, 'show server_version')
    return `PostgreSQL ${row?.server_version}`
  },

  async killConnections(url) {
    await execute(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
  },

  async setReadOnly(url, isReadOnly) {
    await execute(url, `alter system set default_transaction_read_only = ${isReadOnly}`)
    await execute(url, 'select pg_reload_conf()')
  },
}

async function execute(url: string, statement: string): Promise<readonly Record<string, string>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows
}
