import { type Kysely, type RawBuilder, sql } from 'kysely'
import { connectionOf, type DialectName } from './connection.js'
import { createChangeTriggers, dropChangeTriggers } from './triggers/change-triggers.js'

type Type = RawBuilder<unknown>

interface Types {
  readonly tenant: Type
  readonly id: Type
  readonly digest: Type
  readonly moment: Type
  readonly flag: Type
  readonly text: Type
}

/** Texts sort and compare as bytes, whatever the database's collation. */
const bytewise = sql`text collate "C"`
const plain = sql`text`

const typesOf: Readonly<Record<DialectName, Types>> = {
  postgres: {
    tenant: bytewise,
    id: bytewise,
    digest: bytewise,
    moment: bytewise,
    flag: sql`boolean`,
    text: bytewise,
  },
  mysql: {
    // Not texts: even the binary collations ignore blanks at the end. The longest tenant has 600 bytes of UTF-8.
    tenant: sql`varbinary(600)`,
    id: sql`varbinary(255)`,
    digest: sql`varbinary(300)`,
    moment: sql`varchar(30) character set ascii collate ascii_bin`,
    flag: sql`boolean`,
    text: sql`longtext character set utf8mb4 collate utf8mb4_bin`,
  },
  sqlite: { tenant: plain, id: plain, digest: plain, moment: plain, flag: sql`integer`, text: plain },
}

/** The `Migration` of Kysely, which has it elsewhere from 0.29 on. */
export interface SqlMigration {
  /** Creates what the migration brings. */
  up(db: Kysely<unknown>): Promise<void>
  /** Drops it again. */
  down(db: Kysely<unknown>): Promise<void>
}

/**
 * The tables, and the triggers of the change feeds, as migrations of Kysely. `migrateToLatest` applies them; an
 * application with migrations of its own can add them to those instead.
 */
export const migrations: Readonly<Record<string, SqlMigration>> = Object.freeze({
  rest_api_key_0001: { up: createTables, down: dropTables },
  rest_api_key_0002: { up: createChangeTriggers, down: dropChangeTriggers },
})

// Every index has the id in it, and is unique for that. As a constraint it is made with its table, in one statement.

async function createTables(database: Kysely<unknown>): Promise<void> {
  const { db, dialect } = connectionOf(database)
  const { tenant, id, digest, moment, flag, text } = typesOf[dialect.name]
  // Only InnoDB has transactions.
  const ending = dialect.name === 'mysql' ? sql`engine = InnoDB` : sql``

  function newTable(name: string) {
    const table = db.schema.createTable(name).modifyEnd(ending)
    // PostgreSQL takes all back when a migration ends half-way; with the others it must be possible to go on.
    return dialect.name === 'postgres' ? table : table.ifNotExists()
  }

  await newTable('rest_api_key_groups')
    .addColumn('tenant_id', tenant, (column) => column.notNull())
    .addColumn('id', id, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('description', text)
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', moment, (column) => column.notNull())
    .addColumn('updated_at', moment, (column) => column.notNull())
    .addPrimaryKeyConstraint('rest_api_key_groups_key', ['tenant_id', 'id'])
    .addUniqueConstraint('rest_api_key_groups_order', ['tenant_id', 'created_at', 'id'])
    .execute()

  await newTable('rest_api_keys')
    .addColumn('id', id, (column) => column.notNull().primaryKey())
    .addColumn('digest', digest, (column) => column.notNull())
    .addColumn('tenant_id', tenant, (column) => column.notNull())
    .addColumn('group_id', id)
    .addColumn('activated', flag, (column) => column.notNull())
    .addColumn('description', text)
    .addColumn('on_behalf_of', text)
    .addColumn('in_role', text)
    .addColumn('allowed_ips', text)
    .addColumn('expires_at', moment)
    .addColumn('metadata', text)
    .addColumn('hint', text, (column) => column.notNull())
    .addColumn('search_text', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', moment, (column) => column.notNull())
    .addColumn('updated_at', moment, (column) => column.notNull())
    .addColumn('last_used_at', moment)
    .addUniqueConstraint('rest_api_keys_digest', ['digest'])
    .addUniqueConstraint('rest_api_keys_order', ['tenant_id', 'created_at', 'id'])
    .addUniqueConstraint('rest_api_keys_group_order', ['tenant_id', 'group_id', 'created_at', 'id'])
    .addForeignKeyConstraint(
      'rest_api_keys_group',
      ['tenant_id', 'group_id'],
      'rest_api_key_groups',
      ['tenant_id', 'id'],
      (constraint) => constraint.onDelete('restrict'),
    )
    .execute()

  await newTable('rest_api_key_audit')
    .addColumn('id', id, (column) => column.notNull().primaryKey())
    .addColumn('tenant_id', tenant, (column) => column.notNull())
    .addColumn('at', moment, (column) => column.notNull())
    .addColumn('actor_user_id', text, (column) => column.notNull())
    .addColumn('actor_role', text)
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('outcome', text, (column) => column.notNull())
    .addColumn('group_id', id)
    .addColumn('key_id', id)
    .addColumn('state_before', text)
    .addColumn('state_after', text)
    .addUniqueConstraint('rest_api_key_audit_order', ['tenant_id', 'at', 'id'])
    .addUniqueConstraint('rest_api_key_audit_key_order', ['tenant_id', 'key_id', 'at', 'id'])
    .addUniqueConstraint('rest_api_key_audit_group_order', ['tenant_id', 'group_id', 'at', 'id'])
    .execute()
}

async function dropTables(database: Kysely<unknown>): Promise<void> {
  const { db } = connectionOf(database)
  for (const table of ['rest_api_key_audit', 'rest_api_keys', 'rest_api_key_groups']) {
    await db.schema.dropTable(table).ifExists().execute()
  }
}
