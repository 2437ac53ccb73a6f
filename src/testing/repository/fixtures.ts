import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { LookUpOptions } from '../../key-store.js'
import type { AuditEvent } from '../../management/audit-event.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { KeyRepository, StoredKey } from '../../management/key-repository.js'
import { sha256Digest } from '../../sha256-digest.js'
import type { KeyRepositoryHarness } from '../key-repository-cases.js'

/** An id that never changes, the rule in words, and what shows that it is kept. */
export type RepositoryRule = readonly [
  id: string,
  name: string,
  rule: (repository: KeyRepository, harness: KeyRepositoryHarness) => Promise<void>,
]

export const digest = sha256Digest()
export const start = Date.parse('2026-01-01T00:00:00.000Z')
export const all = { after: null, limit: 1_000 }
export const allKeys = { ...all, groupId: null, search: null }
export const allEvents = { ...all, groupId: null, keyId: null }
export const lookUp = (): LookUpOptions => ({ signal: new AbortController().signal })

export function group(more: Partial<KeyGroup> = {}): KeyGroup {
  const at = new Date(start)
  return {
    id: randomUUID(),
    tenantId: 'acme',
    name: 'Integrations',
    description: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...more,
  }
}

export function key(groupId: string, more: Partial<StoredKey> = {}): StoredKey {
  const id = more.id ?? randomUUID()
  const at = new Date(start)
  return {
    id,
    digest: digest(id),
    tenantId: 'acme',
    groupId,
    activated: true,
    description: null,
    onBehalfOf: null,
    inRole: null,
    allowedIps: [],
    expiresAt: null,
    metadata: null,
    hint: `rak_…${id.slice(-4)}`,
    version: 1,
    createdAt: at,
    updatedAt: at,
    lastUsedAt: null,
    ...more,
  }
}

export function event(
  about: { id: string; tenantId: string; groupId?: string | null },
  more: Partial<AuditEvent> = {},
): AuditEvent {
  const isKey = 'digest' in about || 'hint' in about
  return {
    id: randomUUID(),
    tenantId: about.tenantId,
    at: new Date(start),
    actor: { userId: 'jdoe', role: 'Administrator' },
    action: isKey ? 'key.update' : 'group.update',
    outcome: 'done',
    groupId: isKey ? (about.groupId ?? null) : about.id,
    keyId: isKey ? about.id : null,
    before: null,
    after: { description: 'after' },
    ...more,
  }
}

export function entryOf({ digest: _, ...entry }: StoredKey): KeyEntry {
  return entry
}

export async function withGroup(repository: KeyRepository, more: Partial<KeyGroup> = {}): Promise<KeyGroup> {
  const added = group(more)
  await repository.insertGroup(added, event(added))
  return added
}

export async function withKey(
  repository: KeyRepository,
  groupId: string,
  more: Partial<StoredKey> = {},
): Promise<StoredKey> {
  const added = key(groupId, more)
  assert.equal(await repository.insertKeys([added], [event(added)]), 'inserted')
  return added
}

export async function idsOf(pages: Promise<readonly { readonly id: string }[]>): Promise<string[]> {
  return (await pages).map(({ id }) => id)
}
