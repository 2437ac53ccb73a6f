import type { Kysely } from 'kysely'
import pg from 'pg'
import type { ChangeFeed } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import {
  migrateToLatest,
  type PostgresPool,
  pollingChanges,
  postgresChanges,
  type SqlStoreOptions,
  sqlStore,
} from 'rest-api-key/sql'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { canary, expectRefusal, failureOf } from '../support/refusals.js'
import { compilingKysely } from '../support/sql-compilers.js'

interface OwnTables {
  readonly users: { readonly id: string }
}

const postgres = compilingKysely<OwnTables>('postgres')
const mysql = compilingKysely<OwnTables>('mysql')
const mssql = compilingKysely<OwnTables>('mssql')

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

  it.each<[string, Kysely<OwnTables>, unknown]>([
    ['a pool that is none', postgres, {}],
    ['a pool that is null', postgres, null],
    ['a pool beside another database', mysql, { query: async () => ({ rows: [] }) }],
  ])('refuses %s', (_, db, pool) => {
    const said = '"pool" must be a Pool of pg, and "db" PostgreSQL'
    expectRefusal(() => sqlStore(db, { pool: pool as PostgresPool }), 'invalid_option', said)
  })

  it('refuses options that are none', () => {
    expectRefusal(() => sqlStore(postgres, null as unknown as SqlStoreOptions), 'invalid_option', 'sqlStore')
  })

  it('refuses an option that it does not know', () => {
    expectRefusal(
      () => sqlStore(postgres, { pol: 1 } as SqlStoreOptions),
      'unknown_option',
      '"pol"',
      '"pool"',
    )
  })

  it('refuses a database that speaks another SQL', async () => {
    expectRefusal(() => sqlStore(mssql), 'invalid_option', '"db"', 'PostgreSQL')
    expect(await failureOf(migrateToLatest(mssql))).toMatchObject({ code: 'invalid_option' })
  })
})

describe('pollingChanges', () => {
  it('takes a Kysely of whichever tables', () => {
    expectTypeOf(pollingChanges(mysql)).toEqualTypeOf<ChangeFeed>()
    expect(Object.isFrozen(pollingChanges(mysql, { intervalMs: 1, timeoutMs: 1, onError() {} }))).toBe(true)
  })

  it.each([undefined, null, {}, 'mysql://'])('refuses %j', (db) => {
    expectRefusal(() => pollingChanges(db as unknown as Kysely<unknown>), 'invalid_option', '"db"', 'Kysely')
  })

  it('refuses a transaction, which would see nothing new', async () => {
    await mysql.transaction().execute(async (trx) => {
      expectRefusal(() => pollingChanges<OwnTables>(trx), 'invalid_option', '"db"', 'transactions')
    })
  })

  it('refuses PostgreSQL, and says what to take', () => {
    expectRefusal(() => pollingChanges(postgres), 'invalid_option', '"db"', 'postgresChanges')
  })

  it.each([
    [{ intervalMs: 0 }, '"intervalMs"'],
    [{ intervalMs: 2 ** 31 }, '"intervalMs"'],
    [{ timeoutMs: 0.5 }, '"timeoutMs"'],
    [{ timeoutMs: '1' }, '"timeoutMs"'],
    [{ onError: canary }, '"onError"'],
    [null, 'pollingChanges'],
  ])('refuses %j', (options, said) => {
    expectRefusal(() => pollingChanges(mysql, options as object), 'invalid_option', said)
  })

  it('refuses options that it does not know', () => {
    const options = { heartbeatMs: 1 } as object
    expectRefusal(() => pollingChanges(mysql, options), 'unknown_option', '"heartbeatMs"', '"intervalMs"')
  })
})

describe('postgresChanges', () => {
  const connect = () => new pg.Client()

  it('makes no client before it is subscribed to', () => {
    const feed = postgresChanges(() => expect.fail(), { channel: 'x'.repeat(63) })
    expect(Object.isFrozen(feed)).toBe(true)
    expectTypeOf(feed).toEqualTypeOf<ChangeFeed>()
  })

  it('takes clients of pg, and no pool of them', () => {
    expectTypeOf(connect).toExtend<Parameters<typeof postgresChanges>[0]>()
    expectTypeOf(async () => connect()).toExtend<Parameters<typeof postgresChanges>[0]>()
    expectTypeOf(() => new pg.Pool()).not.toExtend<Parameters<typeof postgresChanges>[0]>()
  })

  it.each([undefined, null, {}, 'postgres://'])('refuses %j for what makes clients', (value) => {
    const said = '"connect" must be a function that makes a client'
    expectRefusal(() => postgresChanges(value as unknown as typeof connect), 'invalid_option', said)
  })

  it.each([
    [{ heartbeatMs: 0 }, '"heartbeatMs"'],
    [{ timeoutMs: -1 }, '"timeoutMs"'],
    [{ onError: canary }, '"onError"'],
    [{ schema: '' }, '"schema" must be a name of 1 to 63 bytes'],
    [{ schema: 7 }, '"schema"'],
    [{ channel: 'x'.repeat(64) }, '"channel"'],
    [{ channel: 'ä'.repeat(32) }, '"channel"'],
    [{ channel: 'a\0' }, '"channel"'],
    [{ channel: '\0a' }, '"channel"'],
    [{ channel: 'own', schema: 'app' }, '"channel" must be left out where "schema" is given'],
    [null, 'postgresChanges'],
  ])('refuses %j', (options, said) => {
    expectRefusal(() => postgresChanges(connect, options as object), 'invalid_option', said)
  })

  it('refuses options that it does not know', () => {
    const options = { intervalMs: 1 } as object
    expectRefusal(() => postgresChanges(connect, options), 'unknown_option', '"intervalMs"', '"heartbeatMs"')
  })
})
