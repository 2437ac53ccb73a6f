import { Kysely, MysqlDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { allowedIps, columnList, inserted, moment } from './ids.mjs'

const connections = 10

/** MariaDB through `mysql2`: its own prepared single-row query, and the store over a pool of the same size. */
export async function mariadb(count) {
  const schema = `bench_${process.pid}`
  const admin = createPool({ uri: process.env.TEST_MARIADB_URL }).promise()
  await admin.query(`create database ${schema}`)
  const open = () =>
    createPool({ uri: process.env.TEST_MARIADB_URL, database: schema, connectionLimit: connections })
  const db = new Kysely({ dialect: new MysqlDialect({ pool: open() }) })
  await migrateToLatest(db)
  await sql`
    insert into rest_api_key_groups (tenant_id, id, name, version, created_at, updated_at)
    values ('acme', 'group', 'Group', 1, ${moment}, ${moment})`.execute(db)
  await sql`
    insert into rest_api_keys (${sql.raw(inserted)})
    select uuid(), sha2(concat('key-', seq), 256), 'acme', 'group', 1, null, null, 'Operator',
      ${sql.lit(allowedIps)}, null, null, 'hint', '', 1, ${sql.lit(moment)}, ${sql.lit(moment)}
    from ${sql.raw(`seq_0_to_${count - 1}`)}`.execute(db)
  await sql`analyze table rest_api_keys`.execute(db)
  const own = open().promise()
  const text = `select ${columnList} from rest_api_keys where digest = ?`
  return {
    store: sqlStore(db),
    raw: async (digest) => (await own.execute(text, [Buffer.from(digest)]))[0][0],
    async close() {
      await admin.query(`drop database ${schema}`)
      await Promise.all([db.destroy(), own.end(), admin.end()])
    },
  }
}
