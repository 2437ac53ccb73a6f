import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'

/** What the SQLite of every runtime has, whatever the names. */
export interface RuntimeStatement {
  readonly returnsRows: boolean
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): Partial<ReturnType<SqliteStatement['run']>>
}

/** Kysely's dialect over the SQLite of a runtime. */
export function sqliteDialect(prepare: (sql: string) => RuntimeStatement, close: () => void): SqliteDialect {
  return new SqliteDialect({ database: sqliteDatabase(prepare, close) })
}

export function sqliteDatabase(
  prepare: (sql: string) => RuntimeStatement,
  close: () => void,
): SqliteDatabase {
  return {
    close,
    prepare(sql) {
      const statement = prepare(sql)
      return {
        reader: statement.returnsRows,
        all: (parameters) => statement.all(parameters),
        run: (parameters) => statement.run(parameters) as ReturnType<SqliteStatement['run']>,
        iterate: (parameters) => statement.all(parameters)[Symbol.iterator]() as IterableIterator<unknown>,
      }
    },
  }
}
