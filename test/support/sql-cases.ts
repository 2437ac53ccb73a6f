import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import { beforeAll, describe, it } from 'vitest'
import type { OpenDatabase, SqlDatabase } from './sql-databases.js'
import { empty, put } from './sql-rows.js'

/** One database for a file of tests, with the tables in it. */
export function oneDatabase(open: () => Promise<OpenDatabase>): () => SqlDatabase {
  let opened: OpenDatabase
  beforeAll(async () => {
    opened = await open()
    await migrateToLatest(opened.db)
    return () => opened.close()
  }, 60_000)
  return () => opened
}

/** Runs the contracts of a store and of a repository. */
export function runSqlCases(database: () => SqlDatabase): void {
  describe('as a store', () => {
    for (const { id, name, run } of keyStoreCases(async () => {
      const { db } = database()
      await empty(db)
      return { store: sqlStore(db), put: (record) => put(db, record) }
    })) {
      it(`${id}: ${name}`, run)
    }
  })

  describe('as a repository', () => {
    for (const { id, name, run } of keyRepositoryCases(async () => {
      const { db, connect } = database()
      await empty(db)
      return { store: sqlStore(db), reopen: () => sqlStore(connect()) }
    })) {
      it(`${id}: ${name}`, run)
    }
  })
}
