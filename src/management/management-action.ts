import type { KeyEntry } from './key-entry.js'
import type { KeyGroup } from './key-group.js'

/** What `authorize` is asked about. */
export type ManagementAction =
  | 'group.create'
  | 'group.list'
  | 'group.read'
  | 'group.update'
  | 'group.delete'
  | 'key.create'
  | 'key.list'
  | 'key.read'
  | 'key.update'
  | 'key.activate'
  | 'key.deactivate'
  | 'key.delete'
  | 'key.import'
  | 'key.explain'
  | 'audit.list'

/** A group as it is before or will be after an action. */
export type GroupFacts = Pick<KeyGroup, 'name' | 'description'>

/** A key as it is before or will be after an action. */
export type KeyFacts = Pick<
  KeyEntry,
  'groupId' | 'activated' | 'description' | 'onBehalfOf' | 'inRole' | 'allowedIps' | 'expiresAt' | 'metadata'
>

export function factsOf(key: KeyEntry): KeyFacts {
  const { groupId, activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata } = key
  return { groupId, activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata }
}

/**
 * What an action is about. `tenantId` is the actor's own; a group or key may be named that it does not have. A change of
 * `activated` by `updateKey` is asked about twice, as `key.update` and as `key.activate` or `key.deactivate`. Frozen.
 */
export interface ManagementTarget {
  readonly tenantId: string
  readonly groupId: string | null
  readonly keyId: string | null
  /** `null` for what is created, listed or read. */
  readonly before: GroupFacts | KeyFacts | null
  /** `null` for what is deleted, listed or read. */
  readonly after: GroupFacts | KeyFacts | null
}
