import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import type { RestApiKeyError } from 'rest-api-key'
import {
  migrateToLatest,
  type PostgresChangesOptions,
  type PostgresClient,
  postgresChanges,
} from 'rest-api-key/sql'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runChangeFeedCases, runChangeFeedFaults } from '../support/change-feed-cases.js'
import { recordOf } from '../support/key-requests.js'
import { type RecordingListener, recordingListener } from '../support/recording-listener.js'
import { canary, expectError } from '../support/refusals.js'
import { renderings } from '../support/renderings.js'
import { runScript } from '../support/script.js'
import { oneDatabase } from '../support/sql-cases.js'
import { runSqlChangeCases } from '../support/sql-change-cases.js'
import { runSqlChangeMigrations } from '../support/sql-change-migrations.js'
import { postgresDatabase } from '../support/sql-databases.js'
import { postgresFeedAt, sqlFeed, sqlFeedThroughProxy } from '../support/sql-feeds.js'
import { empty, put } from '../support/sql-rows.js'
import { tcpProxy } from '../support/tcp-proxy.js'

const database = oneDatabase(postgresDatabase)
const one = recordOf('one')

describe('postgresChanges', () => {
  runChangeFeedCases('as a change feed', sqlFeed(database, postgresFeedAt))
  runChangeFeedFaults('as a change feed', sqlFeedThroughProxy(database, postgresFeedAt))
  runSqlChangeCases(database, sqlFeed(database, postgresFeedAt))
  runSqlChangeMigrations(postgresDatabase, postgresFeedAt)
})

/** A subscription that ends with the test, and what it has heard. */
function subscribed(
  connect: () => PostgresClient | Promise<PostgresClient> = newClient,
  options: PostgresChangesOptions = {},
) {
  const errors: RestApiKeyError[] = []
  const listener = recordingListener()
  let onError = () => {}
  const feed = postgresChanges(connect, {
    heartbeatMs: 50,
    onError(error) {
      errors.push(error)
      onError()
    },
    ...options,
  })
  const end = feed.subscribe(listener)
  onTestFinished(end)
  const failed = () => {
    return new Promise<void>((resolve) => {
      onError = resolve
      if (errors.length > 0) resolve()
    })
  }
  return { errors, listener, end, failed }
}

function newClient(): pg.Client {
  return new pg.Client(database().location)
}

async function run(statement: RawBuilder<unknown>): Promise<void> {
  await statement.execute(database().db)
}

async function expectHears(listener: RecordingListener): Promise<void> {
  await put(database().db, one)
  await listener.next(`changed ${one.digest}`)
}

describe('what is sent', () => {
  beforeEach(() => empty(database().db))

  /** The payloads of what this does, as PostgreSQL sends them. */
  async function sentBy(act: () => Promise<void>): Promise<readonly (string | undefined)[]> {
    const client = newClient()
    await client.connect()
    onTestFinished(() => client.end())
    const { rows } = await client.query(
      `select 'rest_api_keys.' || 'rest_api_keys'::regclass::oid as channel`,
    )
    await client.query(`listen "${rows[0].channel}"`)
    const sent: (string | undefined)[] = []
    client.on('notification', ({ payload }) => sent.push(payload))
    await act()
    // What was committed before is sent before the answer.
    await client.query('select 1')
    return sent
  }

  it('is the digest, once for each key and transaction', async () => {
    const { db } = database()
    const sent = await sentBy(() =>
      db.transaction().execute(async (trx) => {
        await put(trx, one)
        await sql`update rest_api_keys set activated = false`.execute(trx)
        await sql`update rest_api_keys set in_role = 'Operator'`.execute(trx)
      }),
    )
    expect(sent).toEqual([one.digest])
  })

  it.each([
    ['in clear', `plain:${canary}`],
    ['that is empty', ''],
    ['that is longer than a payload can be', 'x'.repeat(9_000)],
    ['that is longer than any', 'x'.repeat(301)],
  ])('is nothing of a digest %s', async (_, digest) => {
    expect(await sentBy(() => put(database().db, { ...one, digest }))).toEqual([''])
  })

  it('is as long as the longest digest', async () => {
    const digest = 'x'.repeat(300)
    expect(await sentBy(() => put(database().db, { ...one, digest }))).toEqual([digest])
  })

  it('is nothing in particular when the table is emptied', async () => {
    expect(await sentBy(() => run(sql`truncate rest_api_keys`))).toEqual([''])
  })

  it('is what another trigger has made of an update', async () => {
    await put(database().db, one)
    await run(sql`create function own() returns trigger language plpgsql as
      $$ begin new.activated := false; return new; end $$`)
    await run(sql`create trigger own before update on rest_api_keys for each row execute function own()`)
    try {
      expect(await sentBy(() => run(sql`update rest_api_keys set hint = 'x'`))).toEqual([one.digest])
    } finally {
      await run(sql`drop function own cascade`)
    }
  })

  it('is what an insert that becomes an update writes', async () => {
    const { db } = database()
    await put(db, one)
    const upsert = sql`insert into rest_api_keys select * from rest_api_keys
      on conflict (id) do update set activated = false`
    expect(await sentBy(() => run(upsert))).toEqual([one.digest])
  })
})

describe('a client', () => {
  beforeEach(() => empty(database().db))

  it('may be connected already, and come by a promise', async () => {
    const { listener } = subscribed(async () => {
      const client = newClient()
      await client.connect()
      return client
    })
    await listener.next('connected')
    await expectHears(listener)
  })

  it.each<[name: string, connect: () => unknown, said: string]>([
    ['cannot be made', () => Promise.reject(new TypeError(canary)), 'TypeError'],
    ['is undefined', () => undefined, 'Client'],
    ['is a pool', () => new pg.Pool({ connectionString: database().location }), 'Pool'],
    ['is refused', () => new pg.Client('postgres://127.0.0.1:1/nothing'), 'ECONNREFUSED'],
    ['may not log in', () => new pg.Client(`${database().location}${canary}`), '3D000'],
    ['is not made in time', () => new Promise(() => {}), '200 ms'],
  ])('that %s is an error to be heard of, without secrets', async (_, connect, said) => {
    const { errors, listener, failed } = subscribed(connect as () => PostgresClient, { timeoutMs: 200 })
    await failed()
    expectError(errors[0], 'feed_failed', said)
    expect(renderings(errors)).not.toContain(canary)
    expect(listener.heard).toEqual([])
  })

  it('that comes too late is closed', async () => {
    let give = (_: pg.Client) => {}
    const { failed, end } = subscribed(
      () =>
        new Promise((resolve) => {
          give = resolve
        }),
      { timeoutMs: 200 },
    )
    await failed()
    const ending = end()
    const client = newClient()
    await client.connect()
    const closed = new Promise<void>((resolve) => client.once('end', () => resolve()))
    give(client)
    await closed
    await ending
  })

  it('whose session is terminated is lost, and followed by another one', async () => {
    const { errors, listener } = subscribed()
    await listener.next('connected')
    await run(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query like '%pg_listening_channels%'`)
    await listener.next('lost')
    await listener.next('connected')
    expectError(errors[0], 'feed_failed')
    await expectHears(listener)
  })

  it('may break after its end', async () => {
    const clients: pg.Client[] = []
    const { listener, end } = subscribed(() => {
      const client = newClient()
      clients.push(client)
      return client
    })
    await listener.next('connected')
    await end()
    for (const client of clients) client.emit('error', new Error('late'))
    expect(listener.heard).toEqual(['connected'])
  })

  it('that listens to something else as well does not mix it up', async () => {
    const { listener } = subscribed(async () => {
      const client = newClient()
      await client.connect()
      await client.query('listen other')
      return client
    })
    await listener.next('connected')
    await run(sql`notify other, 'message'`)
    await expectHears(listener)
    expect(listener.heard).toEqual(['connected', `changed ${one.digest}`])
  })

  it('leaves no connection, whether it is idle or dumb when the subscription ends', async () => {
    const proxy = await tcpProxy(new URL(database().location))
    onTestFinished(proxy.close)
    const url = new URL(database().location)
    url.port = `${proxy.port}`
    for (const isDumb of [false, true]) {
      const { listener, end } = subscribed(() => new pg.Client(url.href))
      await listener.next('connected')
      expect(proxy.connections).toBe(1)
      if (isDumb) proxy.swallow()
      await end()
      await expect.poll(() => proxy.connections).toBe(0)
    }
  })
})

describe('a table', () => {
  it('without triggers is an error to be heard of, until it has them', async () => {
    const fresh = await postgresDatabase()
    const { errors, listener, failed, end } = subscribed(() => new pg.Client(fresh.location))
    onTestFinished(async () => {
      await end()
      await fresh.close()
    })
    await failed()
    expectError(errors[0], 'feed_failed', 'migrateToLatest')
    expect(listener.heard).toEqual([])
    await migrateToLatest(fresh.db)
    await listener.next('connected')
  })

  it.each([
    ['one trigger is', 'disable trigger rest_api_keys_updated', 'enable trigger rest_api_keys_updated'],
    ['all triggers are', 'disable trigger user', 'enable trigger user'],
  ])('of which %s disabled is lost', async (_, disable, enable) => {
    const { errors, listener } = subscribed()
    await listener.next('connected')
    await run(sql`alter table rest_api_keys ${sql.raw(disable)}`)
    await listener.next('lost')
    await run(sql`alter table rest_api_keys ${sql.raw(enable)}`)
    await listener.next('connected')
    expectError(errors[0], 'feed_failed', 'hear')
    await expectHears(listener)
  })

  it('that is made anew, as from a backup, is listened to anew', async () => {
    const fresh = await postgresDatabase()
    await migrateToLatest(fresh.db)
    const { listener, end } = subscribed(() => new pg.Client(fresh.location))
    onTestFinished(async () => {
      await end()
      await fresh.close()
    })
    await listener.next('connected')
    await sql`drop schema public cascade`.execute(fresh.db)
    await sql`create schema public`.execute(fresh.db)
    await migrateToLatest(fresh.db)
    await listener.next('lost')
    await listener.next('connected')
    await put(fresh.db, one)
    await listener.next(`changed ${one.digest}`)
  })

  it('in another schema has notifications of its own', async () => {
    const { db } = database()
    const schema = 'Keys "of" others'
    await migrateToLatest(db.withSchema(schema))
    onTestFinished(() => run(sql`drop schema ${sql.id(schema)} cascade`))
    const ours = subscribed()
    const others = subscribed(newClient, { schema })
    await Promise.all([ours.listener.next('connected'), others.listener.next('connected')])
    await empty(db)
    await put(db.withSchema(schema), recordOf('other'))
    await others.listener.next(`changed ${recordOf('other').digest}`)
    await expectHears(ours.listener)
    expect(ours.listener.heard).not.toContain(`changed ${recordOf('other').digest}`)
    expect(others.listener.heard).not.toContain(`changed ${one.digest}`)
    await Promise.all([ours.end(), others.end()])
  })

  it('is found by the search path of the connection', async () => {
    const { db } = database()
    await migrateToLatest(db.withSchema('app'))
    onTestFinished(() => run(sql`drop schema app cascade`))
    const { listener, end } = subscribed(
      () => new pg.Client({ connectionString: database().location, options: '-c search_path=app' }),
    )
    await listener.next('connected')
    await put(db.withSchema('app'), recordOf('other'))
    await listener.next(`changed ${recordOf('other').digest}`)
    await end()
  })

  it('of the application tells by a trigger of its own', async () => {
    await run(sql`create table api_tokens (token_sha256 text primary key, enabled boolean not null)`)
    await run(sql`create function api_tokens_tell() returns trigger language plpgsql as $$
      begin
        if tg_op <> 'INSERT' then perform pg_notify('api_tokens', old.token_sha256); end if;
        if tg_op <> 'DELETE' then perform pg_notify('api_tokens', new.token_sha256); end if;
        return null;
      end $$`)
    await run(sql`create trigger tell after insert or update or delete on api_tokens
      for each row execute function api_tokens_tell()`)
    onTestFinished(() => run(sql`drop table api_tokens`))
    const { listener, end } = subscribed(newClient, { channel: 'api_tokens' })
    await listener.next('connected')
    await run(sql`insert into api_tokens values (${one.digest}, true)`)
    await listener.next(`changed ${one.digest}`)
    await run(sql`update api_tokens set enabled = false`)
    await listener.next(`changed ${one.digest}`)
    await run(sql`delete from api_tokens`)
    await listener.next(`changed ${one.digest}`)
    await end()
  })
})

describe('a connection that no longer listens', () => {
  it('is lost, as one of a proxy that hands out another session', async () => {
    const clients: pg.Client[] = []
    const { errors, listener } = subscribed(() => {
      const client = newClient()
      clients.push(client)
      return client
    })
    await listener.next('connected')
    await clients[0]?.query('unlisten *')
    await listener.next('lost')
    expectError(errors[0], 'feed_failed', 'hear')
    await listener.next('connected')
  })
})

describe('a transaction that is left open', () => {
  it('holds up no revocation', async () => {
    const { db } = database()
    await empty(db)
    await put(db, one)
    await put(db, recordOf('two'))
    const { listener } = subscribed()
    await listener.next('connected')
    const client = newClient()
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('begin')
    await client.query(`update rest_api_keys set activated = false where id = '${one.id}'`)
    await run(sql`update rest_api_keys set activated = false where id = 'key-two'`)
    await listener.next(`changed ${recordOf('two').digest}`)
    await client.query('commit')
    await listener.next(`changed ${one.digest}`)
  })
})

describe('a process', () => {
  const script = new URL('../support/feed-process.ts', import.meta.url)

  it('ends by itself when the subscription has ended', async () => {
    const { code, output } = await runScript(script.pathname, database().location)
    expect([code, output]).toEqual([0, 'connected\nended\n'])
  })
})
