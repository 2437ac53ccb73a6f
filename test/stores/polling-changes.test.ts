import { sql } from 'kysely'
import { pollingChanges } from 'rest-api-key/sql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runChangeFeedCases } from '../support/change-feed-cases.js'
import { recordOf } from '../support/key-requests.js'
import { recordingListener } from '../support/recording-listener.js'
import { oneDatabase } from '../support/sql-cases.js'
import { runSqlChangeCases } from '../support/sql-change-cases.js'
import { runSqlChangeMigrations } from '../support/sql-change-migrations.js'
import { libsqlDatabase } from '../support/sql-databases.js'
import { sqlFeed, sqliteFeedAt } from '../support/sql-feeds.js'
import { empty, put } from '../support/sql-rows.js'

const database = oneDatabase(libsqlDatabase)

describe('pollingChanges over SQLite', () => {
  runChangeFeedCases('as a change feed', sqlFeed(database, sqliteFeedAt))
  runSqlChangeCases(database, sqlFeed(database, sqliteFeedAt))
  runSqlChangeMigrations(libsqlDatabase, sqliteFeedAt)
})

describe('SQL that only SQLite knows', () => {
  const copy = `select id, digest, tenant_id, group_id, activated, description, on_behalf_of, in_role, allowed_ips,
    expires_at, metadata, hint, search_text, version, created_at, updated_at, last_used_at from rest_api_keys`

  async function heardOf(statement: string): Promise<readonly string[]> {
    const { db, connect } = database()
    await empty(db)
    await put(db, recordOf('one'))
    const listener = recordingListener()
    onTestFinished(pollingChanges(connect(), { intervalMs: 20 }).subscribe(listener))
    await listener.next('connected')
    await sql.raw(statement).execute(db)
    await put(db, recordOf('end'))
    await listener.next(`changed ${recordOf('end').digest}`)
    return [...new Set(listener.heard.slice(1, -1))]
  }

  const [one, fresh] = [recordOf('one').digest, recordOf('new').digest]

  it('is told when it replaces a key, which runs no trigger for the old one', async () => {
    const replacement = copy.replace('digest', `'${fresh}'`)
    expect(await heardOf(`insert or replace into rest_api_keys ${replacement} where id = 'key-one'`)).toEqual(
      [`changed ${one}`, `changed ${fresh}`],
    )
  })

  it('is told when an insert becomes an update', async () => {
    const upsert = `insert into rest_api_keys ${copy} where true on conflict (id) do update set activated = false`
    expect(await heardOf(upsert)).toEqual([`changed ${one}`])
  })

  it('flushes for a digest that is longer than any', async () => {
    expect(await heardOf(`update rest_api_keys set digest = '${'x'.repeat(301)}'`)).toEqual([
      `changed ${one}`,
      'flush',
    ])
  })
})
