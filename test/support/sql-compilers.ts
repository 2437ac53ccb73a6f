import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

const dialects = {
  postgres: [PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler],
  mysql: [MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler],
  sqlite: [SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler],
  mssql: [MssqlAdapter, MssqlIntrospector, MssqlQueryCompiler],
} as const

/** A Kysely that writes this SQL and sends it to `answer` instead of to a database, transactions included. */
export function compilingKysely<Tables>(
  name: keyof typeof dialects,
  answer: (query: CompiledQuery) => readonly unknown[] | Promise<readonly unknown[]> = () => [],
): Kysely<Tables> {
  const [Adapter, Introspector, QueryCompiler] = dialects[name]
  const run = async (sql: string) => void (await answer(CompiledQuery.raw(sql)))
  class AnsweringDriver extends DummyDriver {
    override beginTransaction = () => run('begin')
    override commitTransaction = () => run('commit')
    override rollbackTransaction = () => run('rollback')
    override async acquireConnection() {
      return {
        executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => ({
          rows: (await answer(query)) as Row[],
        }),
        // biome-ignore lint/correctness/useYield: nothing is streamed here.
        async *streamQuery(): AsyncGenerator<never> {
          throw new Error('nothing is streamed')
        },
      }
    }
  }
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new Adapter(),
      createDriver: () => new AnsweringDriver(),
      createIntrospector: (db) => new Introspector(db),
      createQueryCompiler: () => new QueryCompiler(),
    },
  })
}
