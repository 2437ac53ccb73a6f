import type { Insertable, Selectable, Updateable } from 'kysely'
import type { KeyRecord } from '../../key-record.js'
import type { AuditEvent } from '../../management/audit-event.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyGroup } from '../../management/key-group.js'
import { type StoredKey, searchTextOf } from '../../management/key-repository.js'
import type { Dialect } from './connection.js'
import type { AuditTable, GroupTable, KeyTable } from './tables.js'
import {
  count,
  flag,
  json,
  jsonText,
  moment,
  momentText,
  optionalMoment,
  optionalMomentText,
  text,
} from './values.js'

export const recordColumns = [
  'id',
  'digest',
  'tenant_id',
  'group_id',
  'activated',
  'description',
  'on_behalf_of',
  'in_role',
  'allowed_ips',
  'expires_at',
  'metadata',
] as const

export const entryColumns = [
  ...recordColumns.filter((column) => column !== 'digest'),
  'hint',
  'version',
  'created_at',
  'updated_at',
  'last_used_at',
] as const

export type RecordRow = Pick<Selectable<KeyTable>, (typeof recordColumns)[number]>
type EntryRow = Pick<Selectable<KeyTable>, (typeof entryColumns)[number]>

export function recordOf(row: RecordRow): KeyRecord {
  // Each field by its name: an object that is spread takes several times as long, and look-ups wait for it.
  return {
    id: text(row.id),
    digest: text(row.digest),
    tenantId: text(row.tenant_id),
    groupId: text(row.group_id),
    activated: flag(row.activated),
    description: text(row.description),
    onBehalfOf: text(row.on_behalf_of),
    inRole: text(row.in_role),
    allowedIps: json(row.allowed_ips),
    expiresAt: optionalMoment(row.expires_at),
    metadata: json(row.metadata),
  }
}

export function entryOf(row: EntryRow): KeyEntry {
  return {
    id: text<string>(row.id),
    tenantId: text<string>(row.tenant_id),
    groupId: text<string | null>(row.group_id),
    activated: flag(row.activated),
    description: text<string | null>(row.description),
    onBehalfOf: text<string | null>(row.on_behalf_of),
    inRole: text<string | null>(row.in_role),
    expiresAt: optionalMoment(row.expires_at),
    metadata: json<Readonly<Record<string, unknown>> | null>(row.metadata),
    allowedIps: json<readonly string[] | null>(row.allowed_ips) ?? [],
    hint: text(row.hint),
    version: count(row.version),
    createdAt: moment(row.created_at),
    updatedAt: moment(row.updated_at),
    lastUsedAt: optionalMoment(row.last_used_at),
  }
}

export function groupOf(row: Selectable<GroupTable>): KeyGroup {
  return {
    id: text(row.id),
    tenantId: text(row.tenant_id),
    name: text(row.name),
    description: text(row.description),
    version: count(row.version),
    createdAt: moment(row.created_at),
    updatedAt: moment(row.updated_at),
  }
}

export function eventOf(row: Selectable<AuditTable>): AuditEvent {
  return {
    id: text(row.id),
    tenantId: text(row.tenant_id),
    at: moment(row.at),
    actor: { userId: text(row.actor_user_id), role: text(row.actor_role) },
    action: text(row.action),
    outcome: text(row.outcome),
    groupId: text(row.group_id),
    keyId: text(row.key_id),
    before: json(row.state_before),
    after: json(row.state_after),
  }
}

export function groupRow(group: KeyGroup, { exact }: Dialect): Insertable<GroupTable> {
  return { tenant_id: exact(group.tenantId), id: exact(group.id), ...groupChanges(group) }
}

export function groupChanges({ name, description, version, createdAt, updatedAt }: KeyGroup) {
  return {
    name,
    description,
    version,
    created_at: momentText(createdAt),
    updated_at: momentText(updatedAt),
  } satisfies Updateable<GroupTable>
}

export function keyRow(key: StoredKey, dialect: Dialect): Insertable<KeyTable> {
  const { exact } = dialect
  return {
    id: exact(key.id),
    digest: exact(key.digest),
    tenant_id: exact(key.tenantId),
    last_used_at: optionalMomentText(key.lastUsedAt),
    ...keyChanges(key, dialect),
  }
}

/** What a change may write: everything but the id, the digest, the tenant and the last use. */
export function keyChanges(key: KeyEntry, { exact, flag: written }: Dialect) {
  return {
    group_id: key.groupId === null ? null : exact(key.groupId),
    activated: written(key.activated),
    description: key.description,
    on_behalf_of: key.onBehalfOf,
    in_role: key.inRole,
    allowed_ips: jsonText(key.allowedIps),
    expires_at: optionalMomentText(key.expiresAt),
    metadata: jsonText(key.metadata),
    hint: key.hint,
    search_text: searchTextOf(key),
    version: key.version,
    created_at: momentText(key.createdAt),
    updated_at: momentText(key.updatedAt),
  } satisfies Updateable<KeyTable>
}

export function eventRow(event: AuditEvent, { exact }: Dialect): Insertable<AuditTable> {
  return {
    id: exact(event.id),
    tenant_id: exact(event.tenantId),
    at: momentText(event.at),
    actor_user_id: event.actor.userId,
    actor_role: event.actor.role,
    action: event.action,
    outcome: event.outcome,
    group_id: event.groupId === null ? null : exact(event.groupId),
    key_id: event.keyId === null ? null : exact(event.keyId),
    state_before: jsonText(event.before),
    state_after: jsonText(event.after),
  }
}
