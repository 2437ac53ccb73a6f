import { sql, type Transaction } from 'kysely'
import type { KeyRepository, StoredKey } from '../../management/key-repository.js'
import { insertEvents } from './audit.js'
import { behind, contains } from './conditions.js'
import type { Dialect } from './connection.js'
import { type Context, chunksOf, chunksOfRows } from './context.js'
import { lockedGroups } from './groups.js'
import { entryColumns, entryOf, keyChanges, keyRow } from './rows.js'
import type { Tables } from './tables.js'
import { count, text } from './values.js'

type KeyMethods = Pick<KeyRepository, 'insertKeys' | 'findKey' | 'listKeys' | 'replaceKey' | 'deleteKey'>

export function keyMethods({ db, dialect, write, changed }: Context): KeyMethods {
  const { exact } = dialect

  async function hasEveryGroup(trx: Transaction<Tables>, keys: readonly StoredKey[]): Promise<boolean> {
    const ids = new Set(keys.map(({ groupId }) => groupId ?? ''))
    let found = 0
    for (const chunk of chunksOf([...ids], dialect.maxParameters - 1)) {
      const { tenantId } = keys[0] as StoredKey
      found += (await lockedGroups(trx, tenantId, chunk, dialect)).length
    }
    return found === ids.size
  }

  async function isAnyDigestTaken(keys: readonly StoredKey[]): Promise<boolean> {
    const digests = new Set(keys.map(({ digest }) => digest))
    if (digests.size < keys.length) return true
    for (const chunk of chunksOf([...digests], dialect.maxParameters - 1)) {
      const row = await db
        .selectFrom('rest_api_keys')
        .select('id')
        .where('digest', 'in', chunk.map(exact))
        .limit(1)
        .executeTakeFirst()
      if (row !== undefined) return true
    }
    return false
  }

  /** Tells the key's digest, which never changes, after the change; also if nobody knows whether it was committed. */
  async function telling(tenantId: string, id: string, act: () => Promise<boolean>): Promise<boolean> {
    const row = await db
      .selectFrom('rest_api_keys')
      .select('digest')
      .where('tenant_id', '=', exact(tenantId))
      .where('id', '=', exact(id))
      .executeTakeFirst()
    if (row === undefined) return false
    try {
      return await act()
    } finally {
      changed(text(row.digest))
    }
  }

  return {
    async insertKeys(keys, events) {
      // What fails when only the commit is left may have been written all the same.
      let onlyCommitLeft = false
      try {
        return await write(async (trx) => {
          onlyCommitLeft = false
          if (!(await hasEveryGroup(trx, keys))) return 'group_missing'
          const rows = keys.map((key) => keyRow(key, dialect))
          for (const chunk of chunksOfRows(rows, dialect)) {
            await trx.insertInto('rest_api_keys').values(chunk).execute()
          }
          await insertEvents(trx, events, dialect)
          onlyCommitLeft = true
          return 'inserted'
        })
      } catch (error) {
        if (!onlyCommitLeft && (await isAnyDigestTaken(keys))) return 'digest_taken'
        throw error
      } finally {
        for (const { digest } of keys) changed(digest)
      }
    },

    async findKey(tenantId, id) {
      const row = await db
        .selectFrom('rest_api_keys')
        .select(entryColumns)
        .where('tenant_id', '=', exact(tenantId))
        .where('id', '=', exact(id))
        .executeTakeFirst()
      return row === undefined ? null : entryOf(row)
    },

    async listKeys(tenantId, { groupId, search, after, limit }) {
      let query = db.selectFrom('rest_api_keys').select(entryColumns).where('tenant_id', '=', exact(tenantId))
      if (groupId !== null) query = query.where('group_id', '=', exact(groupId))
      if (search !== null) query = query.where(contains('search_text', search))
      if (after !== null) query = query.where(behind('created_at', after, dialect))
      const rows = await query.orderBy('created_at').orderBy('id').limit(limit).execute()
      return rows.map(entryOf)
    },

    async replaceKey(key, version, event) {
      return telling(key.tenantId, key.id, () =>
        write(async (trx) => {
          if ((await lockedVersion(trx, key.tenantId, key.id, dialect)) !== version) return false
          await trx
            .updateTable('rest_api_keys')
            .set(keyChanges(key, dialect))
            .where('tenant_id', '=', exact(key.tenantId))
            .where('id', '=', exact(key.id))
            .execute()
          await insertEvents(trx, [event], dialect)
          return true
        }),
      )
    },

    async deleteKey(tenantId, id, version, event) {
      return telling(tenantId, id, () =>
        write(async (trx) => {
          if ((await lockedVersion(trx, tenantId, id, dialect)) !== version) return false
          await trx
            .deleteFrom('rest_api_keys')
            .where('tenant_id', '=', exact(tenantId))
            .where('id', '=', exact(id))
            .execute()
          await insertEvents(trx, [event], dialect)
          return true
        }),
      )
    },
  }
}

/** The version of a key, locked until the transaction ends, or `undefined`; see `lockedGroups`. */
async function lockedVersion(
  trx: Transaction<Tables>,
  tenantId: string,
  id: string,
  { exact }: Dialect,
): Promise<number | undefined> {
  await trx
    .updateTable('rest_api_keys')
    .set({ version: sql.ref<number>('version') })
    .where('tenant_id', '=', exact(tenantId))
    .where('id', '=', exact(id))
    .execute()
  const row = await trx
    .selectFrom('rest_api_keys')
    .select('version')
    .where('tenant_id', '=', exact(tenantId))
    .where('id', '=', exact(id))
    .executeTakeFirst()
  return row && count(row.version)
}
