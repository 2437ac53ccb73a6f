/**
 * Creates, changes, imports and deletes groups and keys.
 *
 * @module rest-api-key/management
 */

export type { Actor } from './actor.js'
export type { AuditEvent } from './audit-event.js'
export type { Page, PageOptions } from './cursor.js'
export type { Directory, DirectoryUser } from './directory.js'
export type { ExplainRequest } from './explain-key.js'
export type { GroupInput } from './group-input.js'
export type { ImportedKey, ImportInput } from './import-key.js'
export type { ImportOptions, ImportReport, RefusedRow } from './import-keys.js'
export type { KeyEntry } from './key-entry.js'
export type { KeyGroup } from './key-group.js'
export type { KeyChanges, KeyInput } from './key-input.js'
export { createKeyManager, type KeyManager, type KeyManagerOptions } from './key-manager.js'
export type {
  AuditQuery,
  KeyQuery,
  KeyRepository,
  PagePosition,
  PageQuery,
  StoredKey,
} from './key-repository.js'
export { searchTextOf } from './key-repository.js'
export { limits } from './limits.js'
export type { GroupFacts, KeyFacts, ManagementAction, ManagementTarget } from './management-action.js'
export type {
  CreatedKey,
  ListAuditOptions,
  ListKeysOptions,
  TenantKeys,
  VersionOption,
} from './tenant-keys.js'
