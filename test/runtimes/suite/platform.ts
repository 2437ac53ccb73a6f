import type { GetConnInfo } from 'hono/conninfo'
import type { Kysely } from 'kysely'
import type { Tables } from '../../../src/stores/sql/tables.js'
import type { Case } from './run-cases.js'

/** What a runtime gives the suite. */
export interface Platform {
  /** Hono's own for this runtime. */
  readonly getConnInfo: GetConnInfo
  /** The same for the fetch adapter, which is told what the server hands over beside the request. */
  addressOf(request: Request, handed: unknown): string | undefined
  /** An empty database of the SQLite that belongs to the runtime. */
  openDatabase(): Promise<Kysely<Tables>>
  /** What the runtime lacks, as cases that pass as long as it does. */
  readonly lacks?: readonly Case[]
  /** The same of its SQLite. */
  readonly sqliteLacks?: readonly Case[]
}
