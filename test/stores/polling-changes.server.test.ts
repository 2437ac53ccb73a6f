import { Kysely, type RawBuilder, sql } from 'kysely'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { RestApiKeyError } from 'rest-api-key'
import { pollingChanges } from 'rest-api-key/sql'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Tables } from '../../src/stores/sql/tables.js'
import { runChangeFeedCases, runChangeFeedFaults } from '../support/change-feed-cases.js'
import { recordOf } from '../support/key-requests.js'
import { recordingListener } from '../support/recording-listener.js'
import { expectError } from '../support/refusals.js'
import { oneDatabase } from '../support/sql-cases.js'
import { runSqlChangeCases } from '../support/sql-change-cases.js'
import { runSqlChangeMigrations } from '../support/sql-change-migrations.js'
import { mariadbDatabase, mariadbDialect } from '../support/sql-databases.js'
import { mariadbFeedAt, send, sqlFeed, sqlFeedThroughProxy } from '../support/sql-feeds.js'
import { empty, put } from '../support/sql-rows.js'
import { tcpProxy } from '../support/tcp-proxy.js'

const database = oneDatabase(mariadbDatabase)

describe('pollingChanges over MariaDB', () => {
  runChangeFeedCases('as a change feed', sqlFeed(database, mariadbFeedAt))
  runChangeFeedFaults('as a change feed', sqlFeedThroughProxy(database, mariadbFeedAt))
  runSqlChangeCases(database, sqlFeed(database, mariadbFeedAt))
  runSqlChangeMigrations(mariadbDatabase, mariadbFeedAt)
})

const news = (referenceId: string) => `changed ${recordOf(referenceId).digest}`

/** A subscription that is connected and ends with the test, and what it has heard. */
async function subscribed(db = database().connect(), timeoutMs = 2_000) {
  const errors: RestApiKeyError[] = []
  let onError = () => {}
  const feed = pollingChanges(db, {
    intervalMs: 20,
    timeoutMs,
    onError(error) {
      errors.push(error)
      onError()
    },
  })
  const listener = recordingListener()
  const end = feed.subscribe(listener)
  onTestFinished(end)
  await listener.next('connected')
  const failures = (count: number) => {
    return new Promise<void>((resolve) => {
      onError = () => errors.length >= count && resolve()
      onError()
    })
  }
  return { listener, errors, failures, end }
}

/** A connection that does as it is told, and no more. */
async function connected(): Promise<Connection> {
  const connection = await createConnection(database().location)
  onTestFinished(() => connection.destroy())
  return connection
}

function run(statement: RawBuilder<unknown>): Promise<unknown> {
  return statement.execute(database().db)
}

const revoke = (id: string) => `update rest_api_keys set activated = not activated where id = 'key-${id}'`

beforeEach(async () => {
  const { db } = database()
  await empty(db)
  await put(db, recordOf('one'))
  await put(db, recordOf('two'))
  await put(db, recordOf('three'))
})

describe('a transaction that commits after a later one', () => {
  it('is told', async () => {
    const { listener } = await subscribed()
    const [early, late] = [await connected(), await connected()]
    await early.query('begin')
    await early.query(revoke('one'))
    await late.query(revoke('two'))
    await listener.next(news('two'))
    await late.query(revoke('three'))
    await listener.next(news('three'))
    await early.query('commit')
    await listener.next(news('one'))
    expect(listener.heard).toEqual(['connected', news('two'), news('three'), news('one')])
  })

  it('is told if it was open when the feed was connected', async () => {
    const [early, late] = [await connected(), await connected()]
    await early.query('begin')
    await early.query(revoke('one'))
    await late.query(revoke('two'))
    const { listener } = await subscribed()
    await early.query('commit')
    await listener.next(news('one'))
    expect(listener.heard).toEqual(['connected', news('one')])
  })

  it('is told of each of its changes, and of those of others between them', async () => {
    const { listener } = await subscribed()
    const [early, late] = [await connected(), await connected()]
    await early.query('begin')
    await early.query(revoke('one'))
    await late.query(revoke('two'))
    await early.query(revoke('three'))
    await late.query(revoke('two'))
    await listener.next(news('two'))
    await listener.next(news('two'))
    await early.query('commit')
    await listener.all([news('one'), news('three')])
  })

  it('is not told if it is rolled back, and those after it are', async () => {
    const { listener } = await subscribed()
    const [early, late] = [await connected(), await connected()]
    await early.query('begin')
    await early.query(revoke('one'))
    await late.query(revoke('two'))
    await listener.next(news('two'))
    await early.query('rollback')
    await late.query(revoke('three'))
    await listener.next(news('three'))
    expect(listener.heard).toEqual(['connected', news('two'), news('three')])
  })

  it('holds up neither the feed nor a revocation, whatever the isolation of the connections', async () => {
    const serializable = new Kysely<Tables>({
      dialect: mariadbDialect(
        database().location,
        {},
        'set session transaction isolation level serializable',
      ),
    })
    onTestFinished(() => serializable.destroy())
    const { listener } = await subscribed(serializable)
    const early = await connected()
    await early.query('begin')
    await early.query(revoke('one'))
    await sql.raw(revoke('two')).execute(serializable)
    await listener.next(news('two'))
    await early.query('commit')
    await listener.next(news('one'))
  })
})

describe('a statement that waits for a row', () => {
  it.each(['update rest_api_keys set activated = not activated', 'delete from rest_api_keys'])(
    'after it has told of another one holds up no revocation: %s',
    async (statement) => {
      const { listener } = await subscribed()
      const [holder, waiting] = [await connected(), await connected()]
      await holder.query('begin')
      await holder.query(revoke('two'))
      // It goes by the ids: it has told of one when it waits for two.
      const waits = waiting.query(`${statement} where id in ('key-one', 'key-two') order by id`)
      await expect.poll(() => isWaiting(holder)).toBe(true)
      await run(sql.raw(revoke('three')))
      await listener.next(news('three'))
      await holder.query('commit')
      await waits
      await listener.all([news('one'), news('two')])
    },
  )

  async function isWaiting(connection: Connection): Promise<boolean> {
    const [rows] = await connection.query<RowDataPacket[]>(
      "select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
    )
    return rows.length > 0
  }
})

describe('numbers that go in steps', () => {
  it('are followed, whichever server of a cluster gives them', async () => {
    const { listener } = await subscribed()
    const [first, second] = [await connected(), await connected()]
    await first.query('set session auto_increment_increment = 3, session auto_increment_offset = 1')
    await second.query('set session auto_increment_increment = 3, session auto_increment_offset = 2')
    for (let round = 0; round < 10; round++) {
      await first.query(revoke('one'))
      await second.query(revoke('two'))
      await listener.next(news('one'))
      await listener.next(news('two'))
    }
  })
})

describe('the table of changes', () => {
  it.each([
    ['was emptied', sql`delete from rest_api_key_changes`],
    ['was truncated, and begins again', sql`truncate rest_api_key_changes`],
  ])('that %s flushes, and is read from there on', async (_, statement) => {
    const { listener, errors } = await subscribed()
    await run(sql.raw(revoke('one')))
    await listener.next(news('one'))
    await run(statement)
    await listener.next('flush')
    await run(sql.raw(revoke('two')))
    await listener.next(news('two'))
    expect(errors).toEqual([])
  })

  it('that was restored from a backup flushes, and is read from there on', async () => {
    const { listener } = await subscribed()
    await run(sql`create table backup as select * from rest_api_key_changes`)
    onTestFinished(() => void run(sql`drop table if exists backup`))
    await run(sql.raw(revoke('one')))
    await listener.next(news('one'))
    const connection = await connected()
    await connection.query('begin')
    await connection.query('delete from rest_api_key_changes')
    await connection.query('insert into rest_api_key_changes select * from backup')
    await connection.query('commit')
    await listener.next('flush')
    await run(sql.raw(revoke('two')))
    await listener.next(news('two'))
  })

  it('that has more to tell than can be told one by one flushes', async () => {
    const { listener } = await subscribed()
    await run(sql`insert into rest_api_key_changes (digest) select 'many' from seq_1_to_1500`)
    await listener.next('flush')
    await run(sql.raw(revoke('one')))
    await listener.next(news('one'))
    expect(listener.heard).toEqual(['connected', 'flush', news('one')])
  })

  it('is pruned to the last 10,000 rows, some of them at a time', async () => {
    const { db } = database()
    await run(sql`insert into rest_api_key_changes (digest) select 'old' from seq_1_to_25000`)
    const size = async () => {
      const [lowest, highest] = [await edge('asc'), await edge('desc')]
      return highest - lowest + 1
    }
    const edge = async (order: 'asc' | 'desc') => {
      const row = await db
        .selectFrom('rest_api_key_changes')
        .select('seq')
        .orderBy('seq', order)
        .limit(1)
        .executeTakeFirstOrThrow()
      return Number(row.seq)
    }
    const before = await size()
    expect(before).toBeGreaterThanOrEqual(25_000)
    for (const left of [before - 10_000, Math.max(10_000, before - 20_000), 10_000]) {
      const { end } = await subscribed()
      await expect.poll(size).toBe(left)
      await end()
    }
  })

  it('may be all that a feed is allowed to read', async () => {
    const url = new URL(database().location)
    url.username = `reader_${process.pid}`
    const user = sql.raw(`${url.username}@'%'`)
    const table = sql.id(url.pathname.slice(1), 'rest_api_key_changes')
    await run(sql`create user ${user}`)
    onTestFinished(() => void run(sql`drop user ${user}`))
    await run(sql`grant select on ${table} to ${user}`)
    await run(sql`insert into rest_api_key_changes (digest) select 'old' from seq_1_to_11000`)
    const db = new Kysely<Tables>({ dialect: mariadbDialect(url.href) })
    onTestFinished(() => db.destroy())
    const { listener, errors } = await subscribed(db)
    for (const id of ['one', 'two', 'three']) {
      await run(sql.raw(revoke(id)))
      await listener.next(news(id))
    }
    expect(errors).toEqual([])
  })

  it('is read without a clock, and without a lock', async () => {
    const statements = new Set<string>()
    const { listener } = await subscribed(database().connect((statement) => statements.add(statement)))
    await run(sql.raw(revoke('one')))
    await listener.next(news('one'))
    const read = [...statements].filter((statement) => !statement.startsWith('delete'))
    expect(read.length).toBeGreaterThan(1)
    for (const statement of read) {
      expect(statement).toMatch(/^select /)
      expect(statement).not.toMatch(/now|time|date|for update|share/i)
    }
  })
})

describe('SQL that only MySQL and MariaDB know', () => {
  const copy = `select id, digest, tenant_id, group_id, activated, description, on_behalf_of, in_role, allowed_ips,
    expires_at, metadata, hint, search_text, version, created_at, updated_at, last_used_at from rest_api_keys`

  it('is told when it replaces a key', async () => {
    const { listener } = await subscribed()
    const replacement = copy.replace('digest', `'${recordOf('new').digest}'`)
    await run(sql.raw(`replace into rest_api_keys ${replacement} where id = 'key-one'`))
    await listener.all([news('one'), news('new')])
  })

  it('is told when an insert becomes an update', async () => {
    const { listener } = await subscribed()
    await run(
      sql.raw(
        `insert into rest_api_keys ${copy} where id = 'key-one' on duplicate key update activated = false`,
      ),
    )
    await listener.next(news('one'))
  })
})

describe('a connection', () => {
  it('that is killed costs no news', async () => {
    const { listener } = await subscribed()
    const killer = await connected()
    const [rows] = await killer.query<RowDataPacket[]>(
      "select id from information_schema.processlist where db = database() and command = 'Sleep'",
    )
    for (const { id } of rows) await killer.query(`kill ${id}`).catch(() => {})
    await killer.query(revoke('one'))
    // A feed that is lost drops everything when it is connected again.
    await listener.next(news('one'), 'connected')
    await killer.query(revoke('two'))
    await listener.next(news('two'), 'connected')
  })

  it('that hangs is not joined by ever more of them', async () => {
    const proxy = await tcpProxy(new URL(database().location))
    const url = new URL(database().location)
    url.port = `${proxy.port}`
    const db = new Kysely<Tables>({ dialect: mariadbDialect(url.href) })
    onTestFinished(async () => {
      proxy.close()
      await db.destroy().catch(() => {})
    })
    const { listener, errors, failures } = await subscribed(db, 200)
    proxy.swallow()
    await failures(6)
    expect(proxy.connections).toBeLessThanOrEqual(3)
    expectError(errors.at(0), 'feed_failed', 'No answer came')
    expectError(errors.at(-1), 'feed_failed', '3')
    await proxy.cut()
    await proxy.heal()
    await listener.next('connected')
  })
})

describe('a message', () => {
  it('that is no text flushes', async () => {
    const { listener } = await subscribed()
    await run(sql`insert into rest_api_key_changes (digest) values (x'ff00')`)
    await listener.next('flush')
    await send(database().db, 'x'.repeat(300))
    await listener.next(`changed ${'x'.repeat(300)}`)
  })
})
