import { connect } from 'node:net'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { migrateToLatest, pollingChanges, sqlStore } from 'rest-api-key/sql'
import { mariadb as service } from '../../scripts/services/mariadb.js'
import { impatient } from '../support/impatient.js'
import type { Backend } from './backend.js'

export const mariadb: Backend = {
  name: 'MariaDB',
  driver: 'mysql2',
  service,
  feedNeedsWrites: false,
  settings: ['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=1', '--innodb-fast-shutdown=1'],

  async prepare(url) {
    const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool: createPool(url) }) })
    await migrateToLatest(db)
    await db.destroy()
    // `read_only` does not bind users with all privileges.
    await execute(url, "create user app@'127.0.0.1'")
    await execute(url, "grant select, insert, update, delete on test.* to app@'127.0.0.1'")
    return url.replace('root@', 'app@')
  },

  async connect(url, { storeTimeoutMs, intervalMs, timeoutMs }) {
    const { hostname: host, port } = new URL(url)
    const pool = createPool({
      uri: url,
      connectTimeout: storeTimeoutMs,
      connectionLimit: 10,
      // One less than there may be, or `idleTimeout` is not looked at.
      maxIdle: 9,
      idleTimeout: storeTimeoutMs,
      stream: () => impatient(connect({ host, port: Number(port), noDelay: true }), 2 * storeTimeoutMs),
    })
    const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) })
    return {
      store: sqlStore(db),
      changes: pollingChanges(db, { intervalMs, timeoutMs }),
      detectionMs: intervalMs + timeoutMs,
      close: () => db.destroy(),
    }
  },

  async version(url) {
    const [row] = await execute(url, 'select version() as version')
    return `MariaDB ${row?.version}`
  },

  async killConnections(url) {
    const rows = await execute(url, "select id from information_schema.processlist where user = 'app'")
    // Some end by themselves in between.
    await Promise.allSettled(rows.map(({ id }) => execute(url, `kill ${id}`)))
  },

  async setReadOnly(url, isReadOnly) {
    await execute(url, `set global read_only = ${isReadOnly}`)
  },
}

async function execute(url: string, statement: string): Promise<readonly RowDataPacket[]> {
  const connection = await createConnection(url)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement)
    return rows
  } finally {
    await connection.end()
  }
}
