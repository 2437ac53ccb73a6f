import { sql } from 'kysely'
import type { ChangeTriggers } from './change-triggers.js'
import { allColumns, nameIn, told } from './trigger-sql.js'

/** Before the number of the table, which is its own in a database, whatever schema it is in or is called. */
export const channelPrefix = 'rest_api_keys.'

export const postgresTriggerNames = {
  row: 'rest_api_keys_changed',
  update: 'rest_api_keys_updated',
  truncate: 'rest_api_keys_truncated',
} as const

/**
 * Notifications. PostgreSQL sends them with the commit and not without it, and one of several that are equal. The update
 * is looked at as it was stored, not as it was asked for: another trigger may have its say.
 */
export const postgresTriggers: ChangeTriggers = {
  async create(connection) {
    const { db } = connection
    const { row, update, truncate } = postgresTriggerNames
    const table = nameIn(connection, 'rest_api_keys')
    const tell = nameIn(connection, 'rest_api_keys_tell')
    await sql`create function ${tell}() returns trigger language plpgsql as $$
      declare
        digests text[] := array[]::text[];
        digest text;
      begin
        if tg_op in ('UPDATE', 'DELETE') then digests := digests || old.digest; end if;
        if tg_op in ('INSERT', 'UPDATE') then digests := digests || new.digest; end if;
        if tg_op = 'TRUNCATE' then digests := array['']; end if;
        foreach digest in array digests loop
          perform pg_notify(${sql.lit(channelPrefix)} || tg_relid, ${told(sql`digest`)});
        end loop;
        return null;
      end $$`.execute(db)
    await sql`create trigger ${sql.id(row)} after insert or delete on ${table}
      for each row execute function ${tell}()`.execute(db)
    await sql`create trigger ${sql.id(update)} after update on ${table}
      for each row when (${allColumns('old')} is distinct from ${allColumns('new')})
      execute function ${tell}()`.execute(db)
    await sql`create trigger ${sql.id(truncate)} after truncate on ${table}
      for each statement execute function ${tell}()`.execute(db)
  },

  async drop(connection) {
    // With everything that depends on it: the triggers.
    await sql`drop function if exists ${nameIn(connection, 'rest_api_keys_tell')}() cascade`.execute(
      connection.db,
    )
  },
}
