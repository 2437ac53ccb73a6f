import { CamelCasePlugin, type Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { connectionOf } from '../../src/stores/sql/connection.js'
import { chunksOf, chunksOfRows } from '../../src/stores/sql/context.js'
import { expectRefusal } from '../support/refusals.js'
import { compilingKysely } from '../support/sql-compilers.js'

const databases = ['postgres', 'mysql', 'sqlite'] as const
const spoken = (db: Kysely<never>) =>
  connectionOf(db).db.selectFrom('rest_api_keys').select('tenant_id').compile().sql.replaceAll('`', '"')

describe.each(databases)('a connection to %s', (name) => {
  it('is known by its SQL', () => {
    expect(connectionOf(compilingKysely(name)).dialect.name).toBe(name)
    expect(connectionOf(compilingKysely<unknown>(name).withSchema('keys')).dialect.name).toBe(name)
  })

  it('leaves out the plugins of the application, and keeps its schema', () => {
    const plain = 'select "tenant_id" from "rest_api_keys"'
    const db = compilingKysely<never>(name).withPlugin(new CamelCasePlugin({ upperCase: true }))
    expect([connectionOf(db).schema, spoken(db)]).toEqual([undefined, plain])
    const own = compilingKysely<never>(name).withSchema('keys')
    const inSchema = 'select "tenant_id" from "keys"."rest_api_keys"'
    expect([connectionOf(own).schema, spoken(own)]).toEqual(['keys', inSchema])
  })
})

describe('a value is written', () => {
  it.each([
    ['postgres', 'acme ', true, false, 2_000],
    ['mysql', Buffer.from('acme '), 1, 0, 2_000],
    ['sqlite', 'acme ', 1, 0, 100],
  ] as const)('as %s takes it, so many in a statement', (name, exact, yes, no, maxParameters) => {
    const { dialect } = connectionOf(compilingKysely(name))
    expect(dialect.exact('acme ')).toStrictEqual(exact)
    expect([dialect.flag(true), dialect.flag(false), dialect.maxParameters]).toEqual([yes, no, maxParameters])
  })
})

describe('another database', () => {
  it('is refused', () => {
    const said = '"db" must speak the SQL of PostgreSQL, MySQL, MariaDB or SQLite, and speaks another'
    expectRefusal(() => connectionOf(compilingKysely('mssql')), 'invalid_option', said)
  })

  it.each([undefined, null, {}, { withoutPlugins: true }])('is refused if it is no Kysely: %j', (db) => {
    expectRefusal(
      () => connectionOf(db as unknown as Kysely<unknown>),
      'invalid_option',
      '"db" must be an instance of Kysely',
    )
  })
})

describe('many items', () => {
  it.each<[number, number, number[][]]>([
    [0, 2, []],
    [1, 2, [[0]]],
    [2, 2, [[0, 1]]],
    [5, 2, [[0, 1], [2, 3], [4]]],
  ])('%i are taken %i at a time', (length, size, expected) => {
    const items = Array.from({ length }, (_, index) => index)
    expect([...chunksOf(items, size)]).toEqual(expected)
  })

  it('are as many rows as their columns leave room for', () => {
    const { dialect } = connectionOf(compilingKysely('sqlite'))
    const rows = (length: number) => Array.from({ length }, () => ({ a: 1, b: 2, c: 3 }))
    expect([...chunksOfRows(rows(70), dialect)].map(({ length }) => length)).toEqual([33, 33, 4])
    expect([...chunksOfRows([], dialect)]).toEqual([])
  })
})
