/** What each Redis key of a store is called. */
export interface KeyNames {
  /** The record with this digest, as JSON. */
  record(digest: string): string
  /** The digest of the key with this id. */
  digestOf(id: string): string
  /** When the key with this id was last used, in milliseconds since the epoch. */
  lastUse(id: string): string
  group(tenantId: string, id: string): string
  /** The stream of changes; see `change-stream.ts`. */
  changes(): string
  event(id: string): string
  /** The orders of lists; see `order.ts`. */
  groups(tenantId: string): string
  keys(tenantId: string): string
  keysOfGroup(tenantId: string, groupId: string): string
  audit(tenantId: string): string
  auditOfGroup(tenantId: string, groupId: string): string
  auditOfKey(tenantId: string, keyId: string): string
}

/**
 * The names of a store's Redis keys. They share a hash tag, so that one script may touch them all on a cluster. What
 * comes from outside is percent-encoded: no tenant, id or digest can end its part of a name and begin another.
 */
export function keyNames(prefix: string): KeyNames {
  const name = (kind: string, ...parts: readonly string[]) =>
    [`{${prefix}}`, kind, ...parts.map(encodeURIComponent)].join(':')
  // The one that every look-up needs, made in one step.
  const record = `${name('record')}:`
  return {
    record: (digest) => record + encodeURIComponent(digest),
    digestOf: (id) => name('digest', id),
    lastUse: (id) => name('last-use', id),
    group: (tenantId, id) => name('group', tenantId, id),
    changes: () => name('changes'),
    event: (id) => name('event', id),
    groups: (tenantId) => name('groups', tenantId),
    keys: (tenantId) => name('keys', tenantId),
    keysOfGroup: (tenantId, groupId) => name('group-keys', tenantId, groupId),
    audit: (tenantId) => name('audit', tenantId),
    auditOfGroup: (tenantId, groupId) => name('group-audit', tenantId, groupId),
    auditOfKey: (tenantId, keyId) => name('key-audit', tenantId, keyId),
  }
}
