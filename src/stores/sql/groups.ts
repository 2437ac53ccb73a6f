import { sql, type Transaction } from 'kysely'
import type { KeyRepository } from '../../management/key-repository.js'
import { insertEvents } from './audit.js'
import { behind } from './conditions.js'
import type { Dialect } from './connection.js'
import type { Context } from './context.js'
import { groupChanges, groupOf, groupRow } from './rows.js'
import type { Tables } from './tables.js'
import { count, text } from './values.js'

type GroupMethods = Pick<
  KeyRepository,
  'insertGroup' | 'findGroup' | 'listGroups' | 'replaceGroup' | 'deleteGroup'
>

export function groupMethods({ db, dialect, write }: Context): GroupMethods {
  const { exact } = dialect
  return {
    async insertGroup(group, event) {
      await write(async (trx) => {
        await trx.insertInto('rest_api_key_groups').values(groupRow(group, dialect)).execute()
        await insertEvents(trx, [event], dialect)
      })
    },

    async findGroup(tenantId, id) {
      const row = await db
        .selectFrom('rest_api_key_groups')
        .selectAll()
        .where('tenant_id', '=', exact(tenantId))
        .where('id', '=', exact(id))
        .executeTakeFirst()
      return row === undefined ? null : groupOf(row)
    },

    async listGroups(tenantId, { after, limit }) {
      let query = db.selectFrom('rest_api_key_groups').selectAll().where('tenant_id', '=', exact(tenantId))
      if (after !== null) query = query.where(behind('created_at', after, dialect))
      const rows = await query.orderBy('created_at').orderBy('id').limit(limit).execute()
      return rows.map(groupOf)
    },

    async replaceGroup(group, version, event) {
      return write(async (trx) => {
        const [locked] = await lockedGroups(trx, group.tenantId, [group.id], dialect)
        if (locked?.version !== version) return false
        await trx
          .updateTable('rest_api_key_groups')
          .set(groupChanges(group))
          .where('tenant_id', '=', exact(group.tenantId))
          .where('id', '=', exact(group.id))
          .execute()
        await insertEvents(trx, [event], dialect)
        return true
      })
    },

    async deleteGroup(tenantId, id, version, event) {
      return write(async (trx) => {
        const [group] = await lockedGroups(trx, tenantId, [id], dialect)
        if (group === undefined || group.version !== version) return 'changed'
        const key = await trx
          .selectFrom('rest_api_keys')
          .select('id')
          .where('tenant_id', '=', exact(tenantId))
          .where('group_id', '=', exact(id))
          .limit(1)
          .executeTakeFirst()
        if (key !== undefined) return 'not_empty'
        await trx
          .deleteFrom('rest_api_key_groups')
          .where('tenant_id', '=', exact(tenantId))
          .where('id', '=', exact(id))
          .execute()
        await insertEvents(trx, [event], dialect)
        return 'deleted'
      })
    },
  }
}

/**
 * Those of these groups that there are, locked until the transaction ends. Writing a row locks it in every database;
 * what comes after the lock sees all that was committed before it.
 */
export async function lockedGroups(
  trx: Transaction<Tables>,
  tenantId: string,
  ids: readonly string[],
  { exact }: Dialect,
): Promise<readonly { readonly id: string; readonly version: number }[]> {
  const wanted = ids.map(exact)
  await trx
    .updateTable('rest_api_key_groups')
    .set({ version: sql.ref<number>('version') })
    .where('tenant_id', '=', exact(tenantId))
    .where('id', 'in', wanted)
    .execute()
  // Read back: MySQL may count rows that have changed instead of rows that were found, and other drivers none at all.
  const rows = await trx
    .selectFrom('rest_api_key_groups')
    .select(['id', 'version'])
    .where('tenant_id', '=', exact(tenantId))
    .where('id', 'in', wanted)
    .execute()
  return rows.map(({ id, version }) => ({ id: text(id), version: count(version) }))
}
