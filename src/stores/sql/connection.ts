import type { Kysely, SelectQueryNode, TableNode } from 'kysely'
import { RestApiKeyError } from '../../errors.js'
import { invalidOption } from '../../options.js'
import type { Tables } from './tables.js'

export type DialectName = 'postgres' | 'mysql' | 'sqlite'

/** What differs between databases when a value is written. */
export interface Dialect {
  readonly name: DialectName
  /** A text for a column that is compared byte by byte. */
  exact(text: string): string | Buffer
  flag(value: boolean): boolean | number
  /** Parameters of one statement. */
  readonly maxParameters: number
}

export interface Connection {
  /** The application's Kysely without its plugins, which may rename columns or parse texts, but with its schema. */
  readonly db: Kysely<Tables>
  readonly dialect: Dialect
  readonly schema: string | undefined
}

/** @throws {RestApiKeyError} `invalid_option` if it is no Kysely, or speaks another SQL. */
export function connectionOf<DB>(database: Kysely<DB>): Connection {
  if (typeof database?.withoutPlugins !== 'function') {
    throw invalidOption('db', 'an instance of Kysely', database)
  }
  const { sql, query } = (database as unknown as Kysely<Tables>)
    .selectFrom('rest_api_keys')
    .select('id')
    .where('id', '=', '')
    .compile()
  const [{ table }] = (query as Required<SelectQueryNode>).from.froms as readonly [TableNode]
  const schema = table.schema?.name
  const plain = database.withoutPlugins() as unknown as Kysely<Tables>
  return {
    db: schema === undefined ? plain : plain.withSchema(schema),
    dialect: dialects[dialectNameOf(sql)],
    schema,
  }
}

const asText = (text: string) => text
const asBit = (value: boolean) => (value ? 1 : 0)

const maxParameters = 2_000
/** Cloudflare's D1 and Durable Objects take no more. Where SQLite is at hand, more statements cost little. */
const maxParametersOfSqlite = 100

const dialects: Readonly<Record<DialectName, Dialect>> = {
  postgres: { name: 'postgres', exact: asText, flag: (value) => value, maxParameters },
  mysql: { name: 'mysql', exact: (text) => Buffer.from(text), flag: asBit, maxParameters },
  sqlite: { name: 'sqlite', exact: asText, flag: asBit, maxParameters: maxParametersOfSqlite },
}

/** Known by the SQL that it writes, which holds for every driver and however many copies of Kysely are installed. */
function dialectNameOf(sql: string): DialectName {
  if (sql.endsWith('$1')) return 'postgres'
  if (sql.endsWith('?')) return sql.includes('`') ? 'mysql' : 'sqlite'
  throw new RestApiKeyError(
    'invalid_option',
    '"db" must speak the SQL of PostgreSQL, MySQL, MariaDB or SQLite, and speaks another',
  )
}
