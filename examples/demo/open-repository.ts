import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import { memoryStore } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'

export interface OpenRepository {
  readonly repository: KeyRepository
  close(): Promise<void>
}

/** Keeps keys in an SQLite file, which needs no server; without a file, in memory. */
export async function openRepository(file: string | undefined): Promise<OpenRepository> {
  if (file === undefined) return { repository: memoryStore(), close: async () => {} }
  const db = new Kysely<unknown>({ dialect: new LibsqlDialect({ url: `file:${file}` }) })
  await migrateToLatest(db)
  return { repository: sqlStore(db), close: () => db.destroy() }
}
