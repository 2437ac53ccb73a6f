import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { sha256Digest } from 'rest-api-key'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { keyStoreCases } from 'rest-api-key/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programOf } from '../../scripts/services/programs.js'
import { lookUp } from '../../src/testing/repository/fixtures.js'
import { openManager } from '../management/support.js'
import { createThousand } from '../support/created-keys.js'
import { expectError, failureOf } from '../support/refusals.js'
import { renderings } from '../support/renderings.js'
import { runSqlBehaviours } from '../support/sql-behaviours.js'
import { oneDatabase, runSqlCases } from '../support/sql-cases.js'
import { runSqlCasesOver, runSqlConnections } from '../support/sql-connections.js'
import { postgresDatabase, postgresDialect } from '../support/sql-databases.js'
import { postgresRules, recording, runSqlErrors } from '../support/sql-errors.js'
import { runSqlMigrations, runSqlSchema } from '../support/sql-migrations.js'
import { empty, put } from '../support/sql-rows.js'

describe('sqlStore over PostgreSQL', () => {
  const database = oneDatabase(postgresDatabase)
  runSqlCases(database)
  runSqlBehaviours(database)
  runSqlErrors(database, postgresRules)
  runSqlConnections(database, postgresDialect)
  runSqlMigrations(postgresDatabase, 'whole')
  runSqlSchema(postgresDatabase)

  for (const level of ['repeatable read', 'serializable']) {
    runSqlCasesOver(`whose transactions are ${level}`, database, (url) =>
      postgresDialect(url, {
        options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`,
      }),
    )
  }
  runSqlCasesOver('with a single connection', database, (url) => postgresDialect(url, { max: 1 }))

  describe('with a pool for its look-ups', () => {
    let pool: pg.Pool
    beforeAll(() => {
      pool = new pg.Pool({ connectionString: database().location, max: 1 })
      return () => pool.end()
    })

    for (const { id, name, run } of keyStoreCases(async () => {
      const { db } = database()
      await empty(db)
      return { store: sqlStore(db, { pool }), put: (record) => put(db, record) }
    })) {
      it(`${id}: ${name}`, run)
    }

    it('prepares each statement once, whatever is looked up', async () => {
      const store = sqlStore(database().db, { pool })
      for (const digest of ['one', 'two']) {
        expect(await store.findByDigest(digest, lookUp())).toBeNull()
        expect(await store.findManyByDigest([digest, 'three'], lookUp())).toEqual([])
      }
      const { rows } = await pool.query('select name from pg_prepared_statements')
      expect(rows).toHaveLength(2)
    })

    it('finds the keys of two schemas over one connection, each in its own', async () => {
      const { db } = database()
      await empty(db)
      await sql`create schema other`.execute(db)
      const other = db.withSchema('other')
      await migrateToLatest(other)
      const stores = [sqlStore(db, { pool }), sqlStore(other, { pool })]
      await put(other, { id: 'key', digest: 'digest', tenantId: 'acme', activated: true })
      const found = await Promise.all(stores.map((store) => store.findByDigest('digest', lookUp())))
      expect(found.map((record) => record?.id)).toEqual([undefined, 'key'])
    })

    it('rejects if the pool does', async () => {
      const ended = new pg.Pool({ connectionString: database().location })
      await ended.end()
      const store = sqlStore(database().db, { pool: ended })
      await expect(store.findByDigest('digest', lookUp())).rejects.toThrow()
      await expect(store.findManyByDigest(['digest'], lookUp())).rejects.toThrow()
    })
  })

  it('leaves no Reference ID in a dump, after 1,000 creations', async () => {
    const { db, location } = database()
    const referenceIds = await createThousand(sqlStore(db))
    const { stdout: dump } = await promisify(execFile)(programOf('pg_dump'), [location], {
      maxBuffer: 2 ** 28,
    })
    expect(dump).toContain(sha256Digest()(referenceIds.at(-1) as string))
    expect(referenceIds.filter((id) => dump.includes(id.slice('rak_'.length)))).toEqual([])
  })

  it('rejects a text that the encoding of the database has no characters for, without values', async () => {
    const { db, location } = database()
    const url = new URL(location)
    url.pathname += '_latin1'
    const name = sql.id(url.pathname.slice(1))
    await sql`create database ${name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' locale_provider libc
      template template0`.execute(db)
    const narrow = new Kysely<unknown>({ dialect: postgresDialect(url.href) })
    try {
      await migrateToLatest(narrow)
      const errors: unknown[] = []
      const { acme } = await openManager({ repository: recording(sqlStore(narrow), errors) })
      const { id: groupId } = await acme.createGroup({ name: 'Büro' })
      expectError(await failureOf(acme.createKey({ groupId, inRole: '漢' })), 'repository_failed')
      expect(renderings(errors)).toContain('0xe6 0xbc 0xa2')
      expect((await acme.getGroup(groupId)).name).toBe('Büro')
    } finally {
      await narrow.destroy()
      await sql`drop database ${name}`.execute(db)
    }
  })
})
