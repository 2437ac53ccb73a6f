import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { allowedIps, columnList, inserted, moment } from './ids.mjs'

const connections = 10

/** PostgreSQL through `pg`: its own prepared single-row query, and the store over a pool of the same size. */
export async function postgres(count) {
  const schema = `bench_${process.pid}`
  const pool = new pg.Pool({ connectionString: process.env.TEST_POSTGRES_URL, max: connections })
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) }).withSchema(schema)
  await migrateToLatest(db)
  await sql`
    insert into ${sql.table(`${schema}.rest_api_key_groups`)} (tenant_id, id, name, version, created_at, updated_at)
    values ('acme', 'group', 'Group', 1, ${moment}, ${moment})`.execute(db)
  await sql`
    insert into ${sql.table(`${schema}.rest_api_keys`)} (${sql.raw(inserted)})
    select gen_random_uuid(), encode(sha256(('key-' || n)::bytea), 'hex'), 'acme', 'group', true, null, null, 'Operator',
      ${sql.lit(allowedIps)}, null, null, 'hint', '', 1, ${sql.lit(moment)}, ${sql.lit(moment)}
    from generate_series(0, ${sql.lit(count - 1)}) as n`.execute(db)
  await sql`vacuum analyze ${sql.table(`${schema}.rest_api_keys`)}`.execute(db)
  const own = new pg.Pool({ connectionString: process.env.TEST_POSTGRES_URL, max: connections })
  const text = `select ${columnList} from ${schema}.rest_api_keys where digest = $1`
  return {
    store: sqlStore(db, { pool }),
    raw: async (digest) => (await own.query({ name: 'by-digest', text, values: [digest] })).rows[0],
    async close() {
      await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
      await Promise.all([db.destroy(), own.end()])
    },
  }
}
