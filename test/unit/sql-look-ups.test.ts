import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it, vi } from 'vitest'
import { compilingKysely } from '../support/sql-compilers.js'

const lookUp = () => ({ signal: new AbortController().signal })
const digests = (count: number) => Array.from({ length: count }, (_, index) => `digest-${index}`)
const columns =
  '"id", "digest", "tenant_id", "group_id", "activated", "description", "on_behalf_of", "in_role", "allowed_ips", "expires_at", "metadata"'
const select = `select ${columns} from "rest_api_keys" where "digest"`

/** A store, and what it asks its database: the SQL with its quotes made alike, and the parameters as texts. */
function openStore(name: 'postgres' | 'mysql' | 'sqlite', rows: readonly unknown[] = []) {
  const asked: (readonly [sql: string, ...parameters: unknown[]])[] = []
  const db = compilingKysely<unknown>(name, ({ sql, parameters }) => {
    asked.push([
      sql.replaceAll('`', '"'),
      ...parameters.map((one) => (Buffer.isBuffer(one) ? `${one}` : one)),
    ])
    return rows
  })
  return { store: sqlStore(db), asked }
}

describe('a look-up asks', () => {
  it.each([
    ['postgres', '$1'],
    ['mysql', '?'],
    ['sqlite', '?'],
  ] as const)('%s for one digest', async (name, placeholder) => {
    const { store, asked } = openStore(name)
    expect(await store.findByDigest('one', lookUp())).toBeNull()
    expect(await store.findByDigest('two', lookUp())).toBeNull()
    const statement = `${select} = ${placeholder}`
    expect(asked).toEqual([
      [statement, 'one'],
      [statement, 'two'],
    ])
  })

  it('PostgreSQL for 512 digests at once, as one parameter', async () => {
    const { store, asked } = openStore('postgres')
    const many = digests(600)
    await store.findManyByDigest(['one', 'two', 'one'], lookUp())
    await store.findManyByDigest(many, lookUp())
    const statement = `${select} = any($1)`
    expect(asked).toEqual([
      [statement, ['one', 'two']],
      [statement, many.slice(0, 512)],
      [statement, many.slice(512)],
    ])
  })

  it('a pool where one is given, and nothing else', async () => {
    const query = vi.fn(async (_: { text: string; values: unknown[] }) => ({ rows: [] }))
    const db = compilingKysely<unknown>('postgres', () => expect.fail())
    const store = sqlStore(db, { pool: { query } })
    expect(await store.findByDigest('one', lookUp())).toBeNull()
    expect(await store.findManyByDigest(['one', 'two'], lookUp())).toEqual([])
    expect(query.mock.calls.map(([{ text, values }]) => [text, ...values])).toEqual([
      [`${select} = $1`, 'one'],
      [`${select} = any($1)`, ['one', 'two']],
    ])
  })

  it.each([
    ['mysql', 512],
    ['sqlite', 64],
  ] as const)(
    '%s for %i digests at once, filled up to a power of 2 with the last one',
    async (name, most) => {
      const { store, asked } = openStore(name)
      await store.findManyByDigest([], lookUp())
      await store.findManyByDigest(['one'], lookUp())
      await store.findManyByDigest(['one', 'two', 'three', 'one', 'four', 'five'], lookUp())
      await store.findManyByDigest(digests(most + 1), lookUp())
      const among = (count: number) => `${select} in (${Array.from({ length: count }, () => '?').join(', ')})`
      expect(asked).toEqual([
        [among(1), 'one'],
        [among(8), 'one', 'two', 'three', 'four', 'five', 'five', 'five', 'five'],
        [among(most), ...digests(most)],
        [among(1), `digest-${most}`],
      ])
    },
  )
})

describe('a look-up finds', () => {
  const row = { id: 'key-1', digest: 'one', tenant_id: 'acme', activated: 1 }
  const record = { id: 'key-1', digest: 'one', tenantId: 'acme', activated: true }

  it('what is there', async () => {
    const { store } = openStore('sqlite', [row])
    expect(await store.findByDigest('one', lookUp())).toMatchObject(record)
    expect(await store.findManyByDigest(['one', 'two'], lookUp())).toMatchObject([record])
  })

  it('nothing where there is nothing', async () => {
    const { store } = openStore('sqlite')
    expect(await store.findByDigest('one', lookUp())).toBeNull()
    expect(await store.findManyByDigest(['one', 'two'], lookUp())).toEqual([])
  })
})

describe('uses are noted', () => {
  const at = (ms: number) => new Date(ms)
  const [zero, one, two] = [0, 1, 2].map((ms) => at(ms).toISOString())

  it('in the order of the ids, the latest of each, where none later is known', async () => {
    const { store, asked } = openStore('sqlite')
    await store.touch([
      { id: 'b', at: at(2) },
      { id: 'a', at: at(0) },
      { id: 'c', at: at(0) },
      { id: 'b', at: at(1) },
      { id: 'a', at: at(1) },
    ])
    expect(asked).toEqual([
      ['begin'],
      [
        'update "rest_api_keys" set "last_used_at" = case "id" when ? then ? when ? then ? when ? then ? end where "id" in (?, ?, ?) and ("last_used_at" is null or "last_used_at" < case "id" when ? then ? when ? then ? when ? then ? end)',
        ...['a', one, 'b', two, 'c', zero],
        ...['a', 'b', 'c'],
        ...['a', one, 'b', two, 'c', zero],
      ],
      ['commit'],
    ])
  })

  it.each([
    ['postgres', 100],
    ['mysql', 100],
    ['sqlite', 20],
  ] as const)('in %s %i at once', async (name, most) => {
    const { store, asked } = openStore(name)
    await store.touch(digests(most * 2 + 1).map((id) => ({ id, at: at(0) })))
    const updates = asked.filter(([sql]) => sql.startsWith('update'))
    expect(updates.map((statement) => (statement.length - 1) / 5)).toEqual([most, most, 1])
  })

  it('of nobody by no statement', async () => {
    const { store, asked } = openStore('mysql')
    await store.touch([])
    expect(asked).toEqual([])
  })
})
