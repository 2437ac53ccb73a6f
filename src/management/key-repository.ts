import type { KeyStore } from '../key-store.js'
import type { AuditEvent } from './audit-event.js'
import type { KeyEntry } from './key-entry.js'
import type { KeyGroup } from './key-group.js'

/** A key with its digest, as it is written. */
export interface StoredKey extends KeyEntry {
  readonly digest: string
}

/** Where a page begins: behind the item with this moment and id, in the order of the list. */
export interface PagePosition {
  readonly at: Date
  readonly id: string
}

/** Which page of a list is read. */
export interface PageQuery {
  readonly after: PagePosition | null
  /** At most so many items. */
  readonly limit: number
}

/** Which keys are read. */
export interface KeyQuery extends PageQuery {
  /** Only keys of this group; `null`: of every group. */
  readonly groupId: string | null
  /** Only keys whose search text contains this text, which is in lower case already; `null`: all. See `searchTextOf`. */
  readonly search: string | null
}

/** Which changes are read; `null`: of every group or key. */
export interface AuditQuery extends PageQuery {
  readonly groupId: string | null
  readonly keyId: string | null
}

/**
 * What a manager needs of a store. Every call names the tenant, and the tenant is part of the query: what belongs to
 * another tenant is not there. Tenants, ids and digests are compared byte by byte.
 *
 * A change and its audit event are written together or not at all. The change is told to `changes` after it was
 * committed and before the promise settles, also if the outcome is not known. All that the manager hands over is valid;
 * a repository refuses only what depends on the state it finds.
 */
export interface KeyRepository extends KeyStore {
  /** Writes a new group. */
  insertGroup(group: KeyGroup, event: AuditEvent): Promise<void>
  /** The group of this tenant, or `null`. */
  findGroup(tenantId: string, id: string): Promise<KeyGroup | null>
  /** In the order of `createdAt`, then `id`. */
  listGroups(tenantId: string, query: PageQuery): Promise<readonly KeyGroup[]>
  /** Writes the group in place of the one with this version; `false` if it has another one or is gone. */
  replaceGroup(group: KeyGroup, version: number, event: AuditEvent): Promise<boolean>
  /** `changed` if the group has another version or is gone. A key is never left without its group. */
  deleteGroup(
    tenantId: string,
    id: string,
    version: number,
    event: AuditEvent,
  ): Promise<'deleted' | 'changed' | 'not_empty'>

  /**
   * Writes all of them, which are of one tenant, or none: `digest_taken` if a digest is in use in any tenant,
   * `group_missing` if a group is not there. One event for each key, in the same order.
   */
  insertKeys(
    keys: readonly StoredKey[],
    events: readonly AuditEvent[],
  ): Promise<'inserted' | 'digest_taken' | 'group_missing'>
  /** The key of this tenant, or `null`. */
  findKey(tenantId: string, id: string): Promise<KeyEntry | null>
  /** In the order of `createdAt`, then `id`. */
  listKeys(tenantId: string, query: KeyQuery): Promise<readonly KeyEntry[]>
  /** Writes the key in place of the one with this version; `false` if it has another one or is gone. Leaves `lastUsedAt`. */
  replaceKey(key: KeyEntry, version: number, event: AuditEvent): Promise<boolean>
  /** `false` if the key has another version or is gone. */
  deleteKey(tenantId: string, id: string, version: number, event: AuditEvent): Promise<boolean>

  /** The latest first: against the order of `at`, then `id`. */
  listAudit(tenantId: string, query: AuditQuery): Promise<readonly AuditEvent[]>
}

/** The text that a search looks through: hint, description, On Behalf Of and In Role, in lower case. */
export function searchTextOf(key: Pick<KeyEntry, 'hint' | 'description' | 'onBehalfOf' | 'inRole'>): string {
  return [key.hint, key.description, key.onBehalfOf, key.inRole].join('\n').toLowerCase()
}
