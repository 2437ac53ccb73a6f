import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Kysely, sql } from 'kysely'
import { sha256Digest } from 'rest-api-key'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { programOf } from '../../scripts/services/programs.js'
import { openManager } from '../management/support.js'
import { createThousand } from '../support/created-keys.js'
import { expectError } from '../support/refusals.js'
import { renderings } from '../support/renderings.js'
import { runSqlBehaviours } from '../support/sql-behaviours.js'
import { oneDatabase, runSqlCases } from '../support/sql-cases.js'
import { runSqlCasesOver, runSqlConnections } from '../support/sql-connections.js'
import { postgresDatabase, postgresDialect } from '../support/sql-databases.js'
import { failureOf, postgresRules, recording, runSqlErrors } from '../support/sql-errors.js'
import { runSqlMigrations, runSqlSchema } from '../support/sql-migrations.js'

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
