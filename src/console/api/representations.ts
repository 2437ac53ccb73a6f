import type { Explanation } from '../../explanation.js'
import type { AuditEvent } from '../../management/audit-event.js'
import type { Page } from '../../management/cursor.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyGroup } from '../../management/key-group.js'

// Every member is named, because a repository may hand over more than it was asked for, such as a digest.

export function pageJson<Item>({ items, nextCursor }: Page<Item>, itemJson: (item: Item) => object): object {
  return { items: items.map(itemJson), nextCursor }
}

export function groupJson(group: KeyGroup): object {
  const { id, tenantId, name, description, version, createdAt, updatedAt } = group
  return { id, tenantId, name, description, version, createdAt, updatedAt }
}

export function keyJson(key: KeyEntry): object {
  const { id, tenantId, groupId, hint, activated, description, onBehalfOf, inRole } = key
  const { allowedIps, expiresAt, metadata, version, createdAt, updatedAt, lastUsedAt } = key
  return {
    ...{ id, tenantId, groupId, hint, activated, description, onBehalfOf, inRole },
    ...{ allowedIps, expiresAt, metadata, version, createdAt, updatedAt, lastUsedAt },
  }
}

export function auditEventJson(event: AuditEvent): object {
  const { id, tenantId, at, action, outcome, groupId, keyId, before, after } = event
  const { userId, role } = event.actor
  return { id, tenantId, at, actor: { userId, role }, action, outcome, groupId, keyId, before, after }
}

export function explanationJson(explanation: Explanation): object {
  const { allowed, reason = null, keyId = null, tenantId = null } = explanation
  const cause = explanation.cause ?? null
  const checks = explanation.checks.map(({ name, outcome, detail }) => ({ name, outcome, detail }))
  return {
    ...{ allowed, reason, cause: typeof cause === 'object' ? (cause?.code ?? null) : cause },
    ...{ keyId, tenantId, checks },
  }
}
