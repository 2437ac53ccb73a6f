import type { Kysely } from 'kysely'
import type { KeyRecord } from 'rest-api-key'
import type { Tables } from '../../src/stores/sql/tables.js'

export async function empty(db: Kysely<Tables>): Promise<void> {
  await db.deleteFrom('rest_api_key_audit').execute()
  await db.deleteFrom('rest_api_keys').execute()
  await db.deleteFrom('rest_api_key_groups').execute()
}

/** Writes a key past the store, as anybody with access to the tables can. */
export async function put(db: Kysely<Tables>, record: KeyRecord): Promise<void> {
  const { id, digest, tenantId, groupId = null } = record
  const now = new Date().toISOString()
  const isPostgres = db.selectFrom('rest_api_keys').where('id', '=', '').compile().sql.endsWith('$1')
  await db.deleteFrom('rest_api_keys').where('id', '=', id).execute()
  if (groupId !== null) {
    await db.deleteFrom('rest_api_key_groups').where('id', '=', groupId).execute()
    await db
      .insertInto('rest_api_key_groups')
      .values({
        tenant_id: tenantId,
        id: groupId,
        name: 'Group',
        version: 1,
        created_at: now,
        updated_at: now,
        description: null,
      })
      .execute()
  }
  await db
    .insertInto('rest_api_keys')
    .values({
      id,
      digest,
      tenant_id: tenantId,
      group_id: groupId,
      activated: isPostgres ? record.activated : Number(record.activated),
      description: record.description ?? null,
      on_behalf_of: record.onBehalfOf ?? null,
      in_role: record.inRole ?? null,
      allowed_ips: record.allowedIps ? JSON.stringify(record.allowedIps) : null,
      expires_at: record.expiresAt?.toISOString() ?? null,
      metadata: record.metadata ? JSON.stringify(record.metadata) : null,
      hint: '…',
      search_text: '…',
      version: 1,
      created_at: now,
      updated_at: now,
      last_used_at: null,
    })
    .execute()
}
