import {
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { KeyRepository } from 'rest-api-key/management'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { repeated } from '../../src/stores/sql/writer.js'
import { expectRefusal } from '../support/refusals.js'
import { failureOf } from '../support/sql-errors.js'

interface OwnTables {
  readonly users: { readonly id: string }
}

const postgres = new Kysely<OwnTables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

const mssql = new Kysely<OwnTables>({
  dialect: {
    createAdapter: () => new MssqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MssqlIntrospector(db),
    createQueryCompiler: () => new MssqlQueryCompiler(),
  },
})

describe('sqlStore', () => {
  it('takes a Kysely of whichever tables', () => {
    expectTypeOf(sqlStore(postgres)).toExtend<KeyRepository>()
    expectTypeOf(sqlStore(postgres).touch).toBeFunction()
    expect(Object.isFrozen(sqlStore(postgres))).toBe(true)
  })

  it.each([undefined, null, {}, 'postgres://'])('refuses %j', (db) => {
    expectRefusal(() => sqlStore(db as unknown as Kysely<unknown>), 'invalid_option', '"db"', 'Kysely')
  })

  it('refuses a transaction, whose commit it would not see', async () => {
    await postgres.transaction().execute(async (trx) => {
      expectRefusal(() => sqlStore<OwnTables>(trx), 'invalid_option', '"db"', 'transactions')
    })
  })

  it('refuses a database that speaks another SQL', async () => {
    expectRefusal(() => sqlStore(mssql), 'invalid_option', '"db"', 'PostgreSQL')
    expect(await failureOf(migrateToLatest(mssql))).toMatchObject({ code: 'invalid_option' })
  })
})

describe('a write that the database has undone', () => {
  const undone = [
    '40001',
    '40P01',
    'ER_LOCK_DEADLOCK',
    'ER_LOCK_WAIT_TIMEOUT',
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
  ]

  it.each(undone)('is repeated after %s', async (code) => {
    let attempts = 0
    const outcome = await repeated(async () => {
      if (++attempts < 3) throw Object.assign(new Error('undone'), { code })
      return 'written'
    })
    expect([outcome, attempts]).toEqual(['written', 3])
  })

  it.each(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT', 'ECONNRESET', '08006', undefined, 40001])(
    'is not repeated after %s',
    async (code) => {
      let attempts = 0
      const error = Object.assign(new Error('refused'), { code })
      const caught = await failureOf(
        repeated(async () => {
          attempts++
          throw error
        }),
      )
      expect([caught, attempts]).toEqual([error, 1])
    },
  )
})
