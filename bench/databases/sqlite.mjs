import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { digestOf } from '../keys.mjs'
import { allowedIps, columnList, idOf, inserted, moment } from './ids.mjs'

const rowsOfStatement = 500

/** SQLite in a file, through libSQL: its own single-row query, and the store over the same client. */
export async function sqlite(count) {
  const folder = mkdtempSync(join(tmpdir(), 'rest-api-key-bench-'))
  const client = createClient({ url: `file:${join(folder, 'keys.db')}` })
  const db = new Kysely({ dialect: new LibsqlDialect({ client }) })
  await migrateToLatest(db)
  const transaction = await client.transaction('write')
  await transaction.execute({
    sql: `insert into rest_api_key_groups (tenant_id, id, name, version, created_at, updated_at)
      values ('acme', 'group', 'Group', 1, ?, ?)`,
    args: [moment, moment],
  })
  const rest = `'acme', 'group', 1, null, null, 'Operator', '${allowedIps}', null, null, 'hint', '', 1, '${moment}', '${moment}'`
  for (let from = 0; from < count; from += rowsOfStatement) {
    const numbers = Array.from(
      { length: Math.min(rowsOfStatement, count - from) },
      (_, index) => from + index,
    )
    const rows = numbers.map((number) => `('id-${number}', '${digestOf(idOf(number))}', ${rest})`)
    await transaction.execute(`insert into rest_api_keys (${inserted}) values ${rows.join(', ')}`)
  }
  await transaction.commit()
  const text = `select ${columnList} from rest_api_keys where digest = ?`
  return {
    store: sqlStore(db),
    raw: async (digest) => (await client.execute({ sql: text, args: [digest] })).rows[0],
    async close() {
      await db.destroy()
      client.close()
      rmSync(folder, { recursive: true })
    },
  }
}
