import type { CompiledQuery } from 'kysely'
import { sha256 } from '../../sha256.js'

/** What is needed of a `Pool` of `pg`, which is not imported. */
export interface PostgresPool {
  /** Runs one statement, prepared under its name. */
  query(statement: {
    readonly name: string
    readonly text: string
    readonly values: unknown[]
  }): Promise<{ readonly rows: unknown[] }>
}

/** Runs a compiled statement with these parameters and brings its rows. */
export type Run = <Row>(statement: CompiledQuery<Row>, parameters: unknown[]) => Promise<readonly Row[]>

/**
 * Past Kysely, which names no statements: the database parses and plans each of them once for each connection. The names
 * tell statements apart that other stores prepare on the same connections, for another schema.
 */
export function preparedStatements(pool: PostgresPool): Run {
  const names = new Map<string, string>()
  function nameOf(sql: string): string {
    const name = `rest_api_key_${sha256(sql).slice(0, 32)}`
    names.set(sql, name)
    return name
  }
  return <Row>({ sql }: CompiledQuery<Row>, values: unknown[]) =>
    pool.query({ name: names.get(sql) ?? nameOf(sql), text: sql, values }).then(({ rows }) => rows as Row[])
}
