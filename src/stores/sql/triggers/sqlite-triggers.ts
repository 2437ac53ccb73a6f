import { sql } from 'kysely'
import type { ChangeTriggers } from './change-triggers.js'
import { eachColumn, nameIn, told } from './trigger-sql.js'

const names = [
  'rest_api_keys_replaced',
  'rest_api_keys_inserted',
  'rest_api_keys_updated',
  'rest_api_keys_deleted',
] as const

/** Rows of a table of changes. SQLite wants the names in a trigger without the schema, which is that of the trigger. */
export const sqliteTriggers: ChangeTriggers = {
  async create(connection) {
    const { db } = connection
    await db.schema
      .createTable('rest_api_key_changes')
      .ifNotExists()
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('digest', 'text', (column) => column.notNull())
      .execute()

    const trigger = (name: (typeof names)[number]) =>
      sql`create trigger if not exists ${nameIn(connection, name)}`
    const tell = sql`insert into rest_api_key_changes (digest)`
    const old = told(sql`old.digest`)
    const fresh = told(sql`new.digest`)
    const differs = eachColumn((before, after) => sql`${before} is not ${after}`, sql` or `)
    // `insert or replace` removes the row with the same id, and runs no trigger for it.
    await sql`${trigger('rest_api_keys_replaced')} before insert on rest_api_keys begin
      ${tell} select ${told(sql`digest`)} from rest_api_keys where id = new.id;
    end`.execute(db)
    await sql`${trigger('rest_api_keys_inserted')} after insert on rest_api_keys begin
      ${tell} values (${fresh});
    end`.execute(db)
    await sql`${trigger('rest_api_keys_updated')} after update on rest_api_keys when ${differs} begin
      ${tell} values (${old});
      ${tell} select ${fresh} where old.digest is not new.digest;
    end`.execute(db)
    await sql`${trigger('rest_api_keys_deleted')} after delete on rest_api_keys begin
      ${tell} values (${old});
    end`.execute(db)
  },

  async drop(connection) {
    for (const name of names) {
      await sql`drop trigger if exists ${nameIn(connection, name)}`.execute(connection.db)
    }
    await connection.db.schema.dropTable('rest_api_key_changes').ifExists().execute()
  },
}
