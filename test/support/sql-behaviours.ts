import { type Kysely, sql } from 'kysely'
import { createAuthorizer, sha256Digest } from 'rest-api-key'
import { sqlStore } from 'rest-api-key/sql'
import { beforeEach, describe, expect, it } from 'vitest'
import { connectionOf } from '../../src/stores/sql/connection.js'
import { openManager, withKey } from '../management/support.js'
import { recordOf, requestWith } from './key-requests.js'
import type { SqlDatabase } from './sql-databases.js'
import { empty, put } from './sql-rows.js'

const lookUp = () => ({ signal: new AbortController().signal })
const digestOf = sha256Digest()

/** Columns that were edited by hand into something that this library never writes. */
const nonsense: readonly (readonly [column: string, value: string])[] = [
  ['allowed_ips', ''],
  ['allowed_ips', 'null'],
  ['allowed_ips', '{}'],
  ['allowed_ips', '"192.0.2.7"'],
  ['allowed_ips', '192.0.2.7'],
  ['allowed_ips', '[192.0.2.7]'],
  ['allowed_ips', '[null]'],
  ['allowed_ips', '["everywhere"]'],
  ['expires_at', ''],
  ['expires_at', 'never'],
  ['expires_at', '2999-01-01'],
  ['expires_at', '2999-02-30T00:00:00.000Z'],
  ['expires_at', '32472144000000'],
  ['metadata', ''],
  ['metadata', 'null'],
  ['metadata', '[1]'],
  ['metadata', '{"plan":'],
]

/** What holds over every database and is no part of the contracts. */
export function runSqlBehaviours(database: () => SqlDatabase): void {
  beforeEach(() => empty(database().db))

  describe('a look-up', () => {
    it('is one SELECT', async () => {
      const statements: string[] = []
      const store = sqlStore(database().connect((statement) => statements.push(statement)))
      await put(database().db, recordOf('one'))
      await store.findByDigest(digestOf('one'), lookUp())
      await store.findByDigest(digestOf('other'), lookUp())
      expect(statements).toHaveLength(2)
      for (const statement of statements) expect(statement).toMatch(/^select /)
    })

    it('sees what was changed by hand', async () => {
      const { db } = database()
      await put(db, recordOf('one'))
      const store = sqlStore(db)
      expect((await store.findByDigest(digestOf('one'), lookUp()))?.activated).toBe(true)
      await sql`update rest_api_keys set activated = false`.execute(db)
      expect((await store.findByDigest(digestOf('one'), lookUp()))?.activated).toBe(false)
    })

    it.each(nonsense)('refuses a key whose %s is %j, as unavailable', async (column, value) => {
      const { db } = database()
      await put(db, recordOf('one'))
      await sql`update rest_api_keys set ${sql.id(column)} = ${value}`.execute(db)
      expect(await reasonFor(db, 'one')).toBe('store_unavailable')
    })

    it('lets the same key through without the nonsense', async () => {
      const { db } = database()
      await put(db, recordOf('one'))
      expect(await reasonFor(db, 'one')).toBe('allowed')
    })

    it('rejects where there are no tables', async () => {
      const { connect } = database()
      const store = sqlStore(connect().withSchema('nowhere'))
      await expect(store.findByDigest(digestOf('one'), lookUp())).rejects.toThrow()
    })

    it('rejects when the connection is closed', async () => {
      const db = database().connect()
      await db.selectFrom('rest_api_keys').select('id').execute()
      await db.destroy()
      await expect(sqlStore(db).findByDigest(digestOf('one'), lookUp())).rejects.toThrow()
    })
  })

  describe('a write', () => {
    it('is told when others see it', async () => {
      const { db, connect } = database()
      const [store, other] = [sqlStore(db), sqlStore(connect())]
      const { acme } = await openManager({ repository: store })
      const { key, referenceId } = await withKey(acme)
      const digest = digestOf(referenceId)
      let seen: Promise<boolean | undefined> | undefined
      store.changes.subscribe({
        connected() {},
        lost() {},
        flush() {},
        changed() {
          seen = other.findByDigest(digest, lookUp()).then((record) => record?.activated)
        },
      })
      await acme.deactivateKey(key.id)
      expect(await seen).toBe(false)
      await acme.activateKey(key.id)
      expect(await seen).toBe(true)
      await acme.deleteKey(key.id)
      expect(await seen).toBeUndefined()
    })

    it('takes its turn among 60 at once, of two instances', async () => {
      const { db, connect } = database()
      const [one, two] = await Promise.all(
        [db, connect()].map((each) => openManager({ repository: sqlStore(each) })),
      )
      const { id: groupId } = await (one as Managed).acme.createGroup({ name: 'Integrations' })
      await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          ((index % 2 ? one : two) as Managed).acme.createKey({ groupId }),
        ),
      )
      const { items } = await (one as Managed).acme.listKeys({ limit: 500 })
      expect(items).toHaveLength(60)
    })

    it('of uses is one statement for 100 keys, in SQLite for 20', async () => {
      const { db, connect } = database()
      const statements: string[] = []
      const store = sqlStore(connect((statement) => statements.push(statement)))
      await put(db, recordOf('one'))
      const at = (ms: number) => new Date(1_700_000_000_000 + ms)
      const uses = Array.from({ length: 249 }, (_, index) => ({ id: `nobody-${index}`, at: at(index) }))
      const { id } = recordOf('one')
      await store.touch([{ id, at: at(7) }, ...uses, { id, at: at(3) }])
      const usesOfStatement = connectionOf(db).dialect.name === 'sqlite' ? 20 : 100
      const updates = statements.filter((statement) => statement.startsWith('update'))
      expect(updates).toHaveLength(Math.ceil(250 / usesOfStatement))
      expect((await store.findKey('acme', id))?.lastUsedAt).toEqual(at(7))
    })
  })

  it('shows a key with nonsense to its administrators, who can repair it', async () => {
    const { db } = database()
    const { acme } = await openManager({ repository: sqlStore(db) })
    const { key, referenceId } = await withKey(acme)
    await sql`update rest_api_keys set expires_at = 'never', allowed_ips = 'null'`.execute(db)
    expect(await reasonFor(db, referenceId)).toBe('store_unavailable')
    expect((await acme.listKeys()).items[0]?.expiresAt?.getTime()).toBeNaN()
    await acme.updateKey(key.id, { expiresAt: null, allowedIps: [] })
    expect(await reasonFor(db, referenceId)).toBe('allowed')
  })

  it('imports a thousand keys at once', async () => {
    const { db } = database()
    const { acme } = await openManager({ repository: sqlStore(db) })
    const { id: groupId } = await acme.createGroup({ name: 'Integrations' })
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      referenceId: index.toString(16).toUpperCase().padStart(32, '0'),
    }))
    expect(await acme.importKeys(rows, { groupId, batchSize: 1_000 })).toMatchObject({ imported: 1_000 })
    expect(await acme.importKeys(rows, { groupId, batchSize: 1_000 })).toMatchObject({ unchanged: 1_000 })
  })
}

type Managed = Awaited<ReturnType<typeof openManager>>

async function reasonFor<DB>(db: Kysely<DB>, referenceId: string): Promise<string> {
  const authorizer = createAuthorizer({ store: sqlStore(db) })
  const decision = await authorizer.authorize(requestWith(referenceId))
  await authorizer.close()
  return decision.allowed ? 'allowed' : decision.reason
}
