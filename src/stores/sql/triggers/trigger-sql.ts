import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../connection.js'

type Row = 'old' | 'new'
type Sql = RawBuilder<unknown>

/** What a record is read from, as it was when these triggers were made. A use, a version and a lock change none of it. */
const columns = [
  'id',
  'digest',
  'tenant_id',
  'group_id',
  'activated',
  'description',
  'on_behalf_of',
  'in_role',
  'allowed_ips',
  'expires_at',
  'metadata',
] as const

/** The columns of both rows, combined in pairs. */
export function eachColumn(pair: (before: Sql, after: Sql) => Sql, separator: Sql): Sql {
  return sql.join(
    columns.map((column) => pair(columnOf('old', column), columnOf('new', column))),
    separator,
  )
}

/** All columns of one row. */
export function allColumns(row: Row): Sql {
  return sql`(${sql.join(columns.map((column) => columnOf(row, column)))})`
}

function columnOf(row: Row, column: (typeof columns)[number]): Sql {
  return sql`${sql.raw(row)}.${sql.id(column)}`
}

/** A name in the schema of the tables. */
export function nameIn({ schema }: Pick<Connection, 'schema'>, name: string): Sql {
  return schema === undefined ? sql.id(name) : sql.id(schema, name)
}

/** What is told of a digest. One in clear must not travel, and one that is too long could not; any key may be meant. */
export function told(digest: Sql): Sql {
  return sql`case when length(${digest}) <= 300 and ${digest} not like 'plain:%' then ${digest} else '' end`
}
