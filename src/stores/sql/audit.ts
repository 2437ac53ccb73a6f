import type { Transaction } from 'kysely'
import type { AuditEvent } from '../../management/audit-event.js'
import type { KeyRepository } from '../../management/key-repository.js'
import { behind } from './conditions.js'
import type { Dialect } from './connection.js'
import { type Context, chunksOfRows } from './context.js'
import { eventOf, eventRow } from './rows.js'
import type { Tables } from './tables.js'

export function auditMethods({ db, dialect }: Context): Pick<KeyRepository, 'listAudit'> {
  const { exact } = dialect
  return {
    async listAudit(tenantId, { groupId, keyId, after, limit }) {
      let query = db.selectFrom('rest_api_key_audit').selectAll().where('tenant_id', '=', exact(tenantId))
      if (groupId !== null) query = query.where('group_id', '=', exact(groupId))
      if (keyId !== null) query = query.where('key_id', '=', exact(keyId))
      if (after !== null) query = query.where(behind('at', after, dialect, 'descending'))
      const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map(eventOf)
    },
  }
}

export async function insertEvents(
  trx: Transaction<Tables>,
  events: readonly AuditEvent[],
  dialect: Dialect,
): Promise<void> {
  const rows = events.map((event) => eventRow(event, dialect))
  for (const chunk of chunksOfRows(rows, dialect)) {
    await trx.insertInto('rest_api_key_audit').values(chunk).execute()
  }
}
