import { sql } from 'kysely'
import type { KeyRecord } from '../../key-record.js'
import type { KeyRepository } from '../../management/key-repository.js'
import { type Context, chunksOf, rowsOfStatement } from './context.js'
import { recordColumns, recordOf } from './rows.js'

type LookUps = Required<Pick<KeyRepository, 'findByDigest' | 'findManyByDigest' | 'touch'>>

/** What an authorizer calls: look-ups are one statement each and write nothing. */
export function lookUpMethods({ db, dialect: { exact }, write }: Context): LookUps {
  return {
    async findByDigest(digest) {
      const row = await db
        .selectFrom('rest_api_keys')
        .select(recordColumns)
        .where('digest', '=', exact(digest))
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },

    async findManyByDigest(digests) {
      const found: KeyRecord[] = []
      for (const chunk of chunksOf([...new Set(digests)], 500)) {
        const rows = await db
          .selectFrom('rest_api_keys')
          .select(recordColumns)
          .where('digest', 'in', chunk.map(exact))
          .execute()
        found.push(...rows.map(recordOf))
      }
      return found
    },

    async touch(uses) {
      const latest = new Map<string, string>()
      for (const { id, at } of uses) {
        const moment = at.toISOString()
        if (moment > (latest.get(id) ?? '')) latest.set(id, moment)
      }
      // In one order, or two instances that report the same keys would block each other.
      const ordered = [...latest].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const chunk of chunksOf(ordered, rowsOfStatement)) {
        const cases = chunk.map(([id, moment]) => sql`when ${exact(id)} then ${moment}`)
        const at = sql<string>`case ${sql.ref('id')} ${sql.join(cases, sql` `)} end`
        await write((trx) =>
          trx
            .updateTable('rest_api_keys')
            .set({ last_used_at: at })
            .where(
              'id',
              'in',
              chunk.map(([id]) => exact(id)),
            )
            .where((is) => is.or([is('last_used_at', 'is', null), is('last_used_at', '<', at)]))
            .execute(),
        )
      }
    },
  }
}
