import type { PGlite } from '@electric-sql/pglite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'

/** PGlite has one session: whoever holds it keeps the others waiting, those of other instances of Kysely too. */
export class PGliteDialect implements Dialect {
  readonly createAdapter = () => new PostgresAdapter()
  readonly createQueryCompiler = () => new PostgresQueryCompiler()
  readonly createIntrospector = (db: Kysely<unknown>) => new PostgresIntrospector(db)
  readonly createDriver: () => Driver

  constructor(client: PGlite) {
    const connection: DatabaseConnection = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
        const { rows, affectedRows = 0 } = await client.query<Row>(sql, [...parameters])
        return { rows, numAffectedRows: BigInt(affectedRows) }
      },
      streamQuery() {
        throw new Error('PGlite does not stream')
      },
    }
    const run = async (sql: string) => void (await connection.executeQuery(CompiledQuery.raw(sql)))
    const waiting: (() => void)[] = []
    let isHeld = false
    this.createDriver = () => ({
      async init() {},
      async acquireConnection() {
        if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
        isHeld = true
        return connection
      },
      async releaseConnection() {
        const next = waiting.shift()
        if (next === undefined) isHeld = false
        else next()
      },
      beginTransaction: () => run('begin'),
      commitTransaction: () => run('commit'),
      rollbackTransaction: () => run('rollback'),
      async destroy() {},
    })
  }
}
