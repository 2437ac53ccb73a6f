import { type RawBuilder, sql } from 'kysely'
import { sha256Digest } from 'rest-api-key'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { recordColumns } from '../../src/stores/sql/rows.js'
import type { OnError, OpenFeed } from './change-feed-cases.js'
import { recordOf } from './key-requests.js'
import { recordingListener } from './recording-listener.js'
import { canary } from './refusals.js'
import type { SqlDatabase } from './sql-databases.js'
import { put } from './sql-rows.js'

const digestOf = sha256Digest()
const news = (referenceId: string) => `changed ${digestOf(referenceId)}`

/** What a record is read from, and what anybody may write there. */
const recordChanges: Readonly<Record<(typeof recordColumns)[number], RawBuilder<unknown>>> = {
  id: sql`'another'`,
  digest: sql`${digestOf('another')}`,
  tenant_id: sql`'globex'`,
  group_id: sql`'group'`,
  activated: sql`not activated`,
  description: sql`'changed'`,
  on_behalf_of: sql`'jdoe'`,
  in_role: sql`'Operator '`,
  allowed_ips: sql`'["192.0.2.7"]'`,
  expires_at: sql`'2026-01-01T00:00:00.000Z'`,
  metadata: sql`'{}'`,
}

/** What no record is read from, and what changes nothing. */
const otherChanges: Readonly<Record<string, RawBuilder<unknown>>> = {
  hint: sql`'changed'`,
  search_text: sql`'changed'`,
  version: sql`version + 1`,
  created_at: sql`'2026-01-01T00:00:00.000Z'`,
  updated_at: sql`'2026-01-01T00:00:00.000Z'`,
  last_used_at: sql`'2026-01-01T00:00:00.000Z'`,
  activated: sql`activated`,
  in_role: sql`'Operator'`,
  description: sql`null`,
}

/** What a feed tells of SQL that anybody may type. */
export function runSqlChangeCases(
  database: () => SqlDatabase,
  open: (onError: OnError) => Promise<OpenFeed>,
): void {
  describe('SQL by hand', () => {
    beforeEach(async () => {
      const { close } = await prepare()
      onTestFinished(async () => void (await close()))
    })

    let opened: OpenFeed

    async function prepare() {
      opened = await open((error) => expect.fail(error.message))
      const { db } = database()
      await put(db, recordOf('one', { inRole: 'Operator' }))
      await put(db, recordOf('two', { groupId: 'group' }))
      return opened
    }

    /** All that is told of this, whichever of it comes first. */
    async function toldOf(act: () => Promise<unknown>): Promise<readonly string[]> {
      const listener = recordingListener()
      const end = opened.feed.subscribe(listener)
      try {
        await listener.next('connected')
        await act()
        await put(database().db, recordOf('end'))
        await listener.next(news('end'))
        return listener.heard.slice(1, -1).toSorted()
      } finally {
        await end()
      }
    }

    const run = (statement: RawBuilder<unknown>) => toldOf(() => statement.execute(database().db))
    const isOne = sql`id = 'key-one'`

    for (const [column, value] of Object.entries(recordChanges)) {
      it(`that writes ${column} is told`, async () => {
        const told = await run(sql`update rest_api_keys set ${sql.id(column)} = ${value} where ${isOne}`)
        const expected = column === 'digest' ? [news('one'), news('another')] : [news('one')]
        expect(told).toEqual(expected.toSorted())
      })
    }

    for (const [column, value] of Object.entries(otherChanges)) {
      it(`that writes ${column}, and changes nothing in a record, is not told`, async () => {
        expect(await run(sql`update rest_api_keys set ${sql.id(column)} = ${value} where ${isOne}`)).toEqual(
          [],
        )
      })
    }

    it('that locks a row is not told', async () => {
      expect(await run(sql`update rest_api_keys set version = version`)).toEqual([])
    })

    it('that takes a value away is told', async () => {
      expect(await run(sql`update rest_api_keys set in_role = null where ${isOne}`)).toEqual([news('one')])
    })

    it('that inserts is told', async () => {
      expect(await toldOf(() => put(database().db, recordOf('three')))).toEqual([news('three')])
    })

    it('that deletes is told', async () => {
      expect(await run(sql`delete from rest_api_keys where ${isOne}`)).toEqual([news('one')])
    })

    it.each(['update rest_api_keys set activated = not activated', 'delete from rest_api_keys'])(
      'that changes several keys is told of each: %s',
      async (statement) => {
        expect(await run(sql.raw(statement))).toEqual([news('one'), news('two')].toSorted())
      },
    )

    it('that is rolled back is not told', async () => {
      const told = await toldOf(() =>
        database()
          .db.transaction()
          .execute(async (trx) => {
            await sql`delete from rest_api_keys`.execute(trx)
            throw new Error('rolled back')
          })
          .catch(() => {}),
      )
      expect(told).toEqual([])
    })

    it('that writes a Reference ID in clear flushes, and tells it to nobody', async () => {
      const { db, location } = database()
      const clear = `plain:${canary}`
      // PostgreSQL keeps nothing; what it sends is read in a test of its own.
      const written = async () => {
        if (location.startsWith('postgres:')) return []
        const rows = await db.selectFrom('rest_api_key_changes').select(['seq', 'digest']).execute()
        return rows.filter(({ digest }) => String(digest).includes('plain:'))
      }
      const before = await written()
      const told = await toldOf(async () => {
        await put(db, { ...recordOf('clear'), digest: clear })
        await sql`update rest_api_keys set activated = not activated where digest = ${clear}`.execute(db)
        await sql`update rest_api_keys set digest = 'plain:other' where digest = ${clear}`.execute(db)
        await sql`delete from rest_api_keys where digest = 'plain:other'`.execute(db)
      })
      expect(new Set(told)).toEqual(new Set(['flush']))
      expect(await written()).toEqual(before)
    })
  })
}
