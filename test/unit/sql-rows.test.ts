import type { AuditEvent, KeyGroup, StoredKey } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { connectionOf } from '../../src/stores/sql/connection.js'
import {
  entryColumns,
  entryOf,
  eventOf,
  eventRow,
  groupChanges,
  groupOf,
  groupRow,
  keyChanges,
  keyRow,
  recordColumns,
  recordOf,
} from '../../src/stores/sql/rows.js'
import { compilingKysely } from '../support/sql-compilers.js'

const moments = [1, 2, 3, 4].map((hour) => `2026-01-02T0${hour}:00:00.000Z`) as [
  string,
  string,
  string,
  string,
]
const [first, second, third, fourth] = moments.map((text) => new Date(text)) as [Date, Date, Date, Date]

const key: StoredKey = {
  id: 'key-1',
  digest: 'digest-1',
  tenantId: 'acme',
  groupId: 'group-1',
  activated: true,
  description: 'Nightly import',
  onBehalfOf: 'jdoe',
  inRole: 'Operator',
  allowedIps: ['192.0.2.7'],
  expiresAt: first,
  metadata: { plan: 'gold' },
  hint: 'rak_…CDEF',
  version: 3,
  createdAt: second,
  updatedAt: third,
  lastUsedAt: fourth,
}
const bareKey: StoredKey = {
  ...key,
  groupId: null,
  activated: false,
  description: null,
  onBehalfOf: null,
  inRole: null,
  allowedIps: [],
  expiresAt: null,
  metadata: null,
  lastUsedAt: null,
}
const group: KeyGroup = {
  id: 'group-1',
  tenantId: 'acme',
  name: 'Integrations',
  description: 'Nightly',
  version: 2,
  createdAt: first,
  updatedAt: second,
}
const event: AuditEvent = {
  id: 'event-1',
  tenantId: 'acme',
  at: first,
  actor: { userId: 'jdoe', role: 'Administrator' },
  action: 'key.update',
  outcome: 'done',
  groupId: 'group-1',
  keyId: 'key-1',
  before: { version: 1 },
  after: { version: 2 },
}
const bareEvent: AuditEvent = {
  ...event,
  actor: { userId: 'jdoe', role: null },
  groupId: null,
  keyId: null,
  before: null,
  after: null,
}

/** Flags and texts that are compared byte by byte, as each database has them. */
const databases = [
  ['postgres', (text: string) => text, (value: boolean) => value],
  ['mysql', (text: string) => Buffer.from(text), Number],
  ['sqlite', (text: string) => text, Number],
] as const

describe.each(databases)('a row of %s', (name, exact, flag) => {
  const { dialect } = connectionOf(compilingKysely(name))
  const recordRow = {
    id: exact('key-1'),
    digest: exact('digest-1'),
    tenant_id: exact('acme'),
    group_id: exact('group-1'),
    activated: flag(true),
    description: 'Nightly import',
    on_behalf_of: 'jdoe',
    in_role: 'Operator',
    allowed_ips: '["192.0.2.7"]',
    expires_at: moments[0],
    metadata: '{"plan":"gold"}',
  }
  const row = {
    ...recordRow,
    hint: 'rak_…CDEF',
    search_text: 'rak_…cdef\nnightly import\njdoe\noperator',
    version: 3,
    created_at: moments[1],
    updated_at: moments[2],
    last_used_at: moments[3],
  }
  const bareRow = {
    ...row,
    group_id: null,
    activated: flag(false),
    description: null,
    on_behalf_of: null,
    in_role: null,
    allowed_ips: '[]',
    expires_at: null,
    metadata: null,
    search_text: 'rak_…cdef\n\n\n',
    last_used_at: null,
  }

  it.each([
    ['of a key', key, row],
    ['of a key with nothing that it need not have', bareKey, bareRow],
  ])('%s is written, read as a key and as a record', (_, stored, expected) => {
    const { digest, ...entry } = stored
    const { hint, version, createdAt, updatedAt, lastUsedAt, ...record } = stored
    expect(keyRow(stored, dialect)).toStrictEqual(expected)
    expect(entryOf(expected)).toStrictEqual(entry)
    expect(recordOf(expected)).toStrictEqual(record)
  })

  it('without a rule has none in a record, and an empty list in a key', () => {
    expect(recordOf({ ...row, allowed_ips: null }).allowedIps).toBeNull()
    expect(entryOf({ ...row, allowed_ips: null }).allowedIps).toEqual([])
  })

  it('of a key leaves what a change must not write', () => {
    const { id, digest, tenant_id, last_used_at, ...changes } = row
    expect(keyChanges(key, dialect)).toStrictEqual(changes)
  })

  it('of a group is written and read', () => {
    const changes = {
      name: 'Integrations',
      description: 'Nightly',
      version: 2,
      created_at: moments[0],
      updated_at: moments[1],
    }
    const written = { tenant_id: exact('acme'), id: exact('group-1'), ...changes }
    expect(groupRow(group, dialect)).toStrictEqual(written)
    expect(groupChanges(group)).toStrictEqual(changes)
    expect(groupOf(written)).toStrictEqual(group)
  })

  it.each([
    ['of an event', event],
    ['of an event without what it need not have', bareEvent],
  ])('%s is written and read', (_, one) => {
    const { actor, groupId, keyId, before, after } = one
    const written = {
      id: exact('event-1'),
      tenant_id: exact('acme'),
      at: moments[0],
      actor_user_id: 'jdoe',
      actor_role: actor.role,
      action: 'key.update',
      outcome: 'done',
      group_id: groupId === null ? null : exact(groupId),
      key_id: keyId === null ? null : exact(keyId),
      state_before: before && JSON.stringify(before),
      state_after: after && JSON.stringify(after),
    }
    expect(eventRow(one, dialect)).toStrictEqual(written)
    expect(eventOf(written)).toStrictEqual(one)
  })

  it('is read by columns that are all named', () => {
    const { search_text, ...read } = row
    expect(recordColumns.toSorted()).toEqual(Object.keys(recordRow).toSorted())
    expect([...entryColumns, 'digest'].toSorted()).toEqual(Object.keys(read).toSorted())
  })
})
