import { sql } from 'kysely'
import type { Connection } from '../connection.js'
import type { ChangeTriggers } from './change-triggers.js'
import { eachColumn, nameIn, told } from './trigger-sql.js'

const names = ['rest_api_keys_inserted', 'rest_api_keys_updated', 'rest_api_keys_deleted'] as const

/**
 * Rows of a table of changes. Each is inserted alone and by its values, so that no lock on the whole table is taken, or a
 * transaction that is left open would hold up those of others.
 */
export const mysqlTriggers: ChangeTriggers = {
  async create(connection) {
    const { db } = connection
    await db.schema
      .createTable('rest_api_key_changes')
      .ifNotExists()
      .addColumn('seq', 'bigint', (column) => column.notNull().autoIncrement().primaryKey())
      .addColumn('digest', sql`varbinary(300)`, (column) => column.notNull())
      .modifyEnd(sql`engine = InnoDB`)
      .execute()

    const trigger = (name: (typeof names)[number]) => nameIn(connection, name)
    const table = nameIn(connection, 'rest_api_keys')
    const change = (row: 'old' | 'new') =>
      sql`insert into ${nameIn(connection, 'rest_api_key_changes')} (digest)
        values (${told(sql`${sql.raw(row)}.digest`)})`
    // As bytes: blanks at the end of a text do not count otherwise.
    const isSame = eachColumn(
      (before, after) => sql`cast(${before} as binary) <=> cast(${after} as binary)`,
      sql` and `,
    )
    // Not every version knows `if not exists` of triggers; another attempt may have come this far.
    await dropTriggers(connection)
    await sql`create trigger ${trigger('rest_api_keys_inserted')} after insert on ${table} for each row ${change('new')}`.execute(
      db,
    )
    await sql`create trigger ${trigger('rest_api_keys_updated')} after update on ${table} for each row
      if not (${isSame}) then
        ${change('old')};
        if not (old.digest <=> new.digest) then ${change('new')}; end if;
      end if`.execute(db)
    await sql`create trigger ${trigger('rest_api_keys_deleted')} after delete on ${table} for each row ${change('old')}`.execute(
      db,
    )
  },

  async drop(connection) {
    await dropTriggers(connection)
    await connection.db.schema.dropTable('rest_api_key_changes').ifExists().execute()
  },
}

async function dropTriggers(connection: Connection): Promise<void> {
  for (const name of names) {
    await sql`drop trigger if exists ${nameIn(connection, name)}`.execute(connection.db)
  }
}
