import { Kysely } from 'kysely'
import type { Tables } from '../../../src/stores/sql/tables.js'
import { sqliteDialect } from './sqlite-dialect.js'

/** The SQLite of Node.js from 22 on, and of Deno. */
export async function nodeSqlite(): Promise<Kysely<Tables>> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(':memory:')
  const prepare = (sql: string) => {
    const statement = database.prepare(sql)
    return {
      returnsRows: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...parameters),
      run: (parameters: readonly unknown[]) => statement.run(...parameters),
    }
  }
  return new Kysely({ dialect: sqliteDialect(prepare, () => database.close()) })
}
