import type { AuditEvent, KeyGroup, StoredKey } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import {
  eventOf,
  eventText,
  groupOf,
  groupText,
  keyOf,
  keyText,
  recordOf,
} from '../../src/stores/redis/stored-json.js'
import { canary, expectRefusal } from '../support/refusals.js'

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
  expiresAt: new Date(1_000),
  metadata: { plan: 'gold' },
  hint: 'rak_…CDEF',
  version: 3,
  createdAt: new Date(2_000),
  updatedAt: new Date(3_000),
  lastUsedAt: new Date(4_000),
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
  createdAt: new Date(1_000),
  updatedAt: new Date(2_000),
}
const event: AuditEvent = {
  id: 'event-1',
  tenantId: 'acme',
  at: new Date(1_000),
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

describe('what is kept in Redis', () => {
  it.each([
    ['a key', key, '1970-01-01T00:00:01.000Z'],
    ['a key without what it need not have', bareKey, null],
  ])('of %s is JSON, without its last use', (_, stored, expiresAt) => {
    const { lastUsedAt, ...kept } = stored
    const text = keyText(stored)
    expect(JSON.parse(text)).toEqual({
      ...kept,
      expiresAt,
      createdAt: '1970-01-01T00:00:02.000Z',
      updatedAt: '1970-01-01T00:00:03.000Z',
    })
    const { hint, version, createdAt, updatedAt, ...record } = kept
    expect(recordOf(text)).toStrictEqual(record)
    expect(keyOf(text, 'digest-1', lastUsedAt === null ? null : '4000')).toStrictEqual(stored)
  })

  it('of a group is JSON', () => {
    const text = groupText(group)
    expect(JSON.parse(text)).toEqual({
      ...group,
      createdAt: '1970-01-01T00:00:01.000Z',
      updatedAt: '1970-01-01T00:00:02.000Z',
    })
    expect(groupOf(text, 'acme')).toStrictEqual(group)
    expect(groupOf(groupText({ ...group, description: null }), 'acme').description).toBeNull()
  })

  it.each([
    ['an event', event],
    ['an event without what it need not have', bareEvent],
  ])('of %s is JSON, with the id of its writing', (_, one) => {
    const text = eventText(one, 'write-1')
    expect(JSON.parse(text)).toEqual({ ...one, at: '1970-01-01T00:00:01.000Z', writeId: 'write-1' })
    expect(eventOf(text, 'acme')).toStrictEqual(one)
  })

  it.each(['0', '-62167219200000', '8640000000000000'])('of a last use is a number: %s', (text) => {
    expect(keyOf(keyText(key), 'digest-1', text).lastUsedAt?.getTime()).toBe(Number(text))
  })
})

const moment = 'a moment as toISOString() writes it'

describe('what somebody else has written there', () => {
  const object = 'What is stored is not a JSON object'

  it.each(['', canary, '{', 'null', '7', '"{}"', '[]'])('is refused as a whole: %j', (text) => {
    expectRefusal(() => recordOf(text), 'invalid_record', object)
    expectRefusal(() => keyOf(text, 'digest-1', null), 'invalid_record', object)
    expectRefusal(() => groupOf(text, 'acme'), 'invalid_record', object)
    expectRefusal(() => eventOf(text, 'acme'), 'invalid_record', object)
  })

  it.each(['', 'never', '2026-01-02', '2026-02-30T00:00:00.000Z', '1970-01-01T00:00:00.000+00:00', 0, {}])(
    'is refused as the expiry of a record: %j',
    (expiresAt) => {
      const text = JSON.stringify({ ...JSON.parse(keyText(key)), expiresAt })
      const expected = typeof expiresAt === 'string' ? moment : 'a text'
      const said = `Field "expiresAt" of what is stored must be ${expected}`
      expectRefusal(() => recordOf(text), 'invalid_record', said)
      expectRefusal(() => keyOf(text, 'digest-1', null), 'invalid_record', said)
    },
  )

  it('is a key that never expires if there is no expiry', () => {
    const { expiresAt, ...stored } = JSON.parse(keyText(key))
    expect(recordOf(JSON.stringify(stored)).expiresAt).toBeNull()
    expect(keyOf(JSON.stringify(stored), 'digest-1', null).expiresAt).toBeNull()
  })

  it.each<[field: string, value: unknown, expected: string]>([
    ['hint', 7, 'a text'],
    ['hint', null, 'a text'],
    ['version', '3', 'a whole number'],
    ['version', 1.5, 'a whole number'],
    ['version', null, 'a whole number'],
    ['createdAt', null, 'a text'],
    ['createdAt', canary, moment],
    ['updatedAt', undefined, 'a text'],
    ['updatedAt', '1970-01-01', moment],
  ])('is refused where a key has %s %j', (field, value, expected) => {
    const text = JSON.stringify({ ...JSON.parse(keyText(key)), [field]: value })
    const said = `Field "${field}" of what is stored must be ${expected}`
    expectRefusal(() => keyOf(text, 'digest-1', null), 'invalid_record', said)
  })

  it.each([
    [{ digest: 'digest-2' }, '"digest"'],
    [{ tenantId: '' }, '"tenantId"'],
    [{ activated: 1 }, '"activated"'],
    [{ allowedIps: canary }, '"allowedIps"'],
  ])('is refused where a key has what no record may have: %j', (changes, said) => {
    const text = JSON.stringify({ ...JSON.parse(keyText(key)), ...changes })
    expectRefusal(() => keyOf(text, 'digest-1', null), 'invalid_record', said)
  })

  it.each(['', 'yesterday', '1.5', '1e3', ' 1', '1 ', '--1', '9999999999999999', '12345678901234567'])(
    'is refused as a last use: %j',
    (text) => {
      const said = 'Field "lastUsedAt" of what is stored must be a number of milliseconds'
      expectRefusal(() => keyOf(keyText(key), 'digest-1', text), 'invalid_record', said)
    },
  )

  it.each<[field: string, value: unknown, expected: string]>([
    ['id', 7, 'a text'],
    ['tenantId', 'globex', 'the tenant of its place'],
    ['name', null, 'a text'],
    ['description', 7, 'a text'],
    ['description', undefined, 'a text'],
    ['version', '2', 'a whole number'],
    ['createdAt', canary, moment],
    ['updatedAt', canary, moment],
  ])('is refused where a group has %s %j', (field, value, expected) => {
    const text = JSON.stringify({ ...JSON.parse(groupText(group)), [field]: value })
    const said = `Field "${field}" of what is stored must be ${expected}`
    expectRefusal(() => groupOf(text, 'acme'), 'invalid_record', said)
  })

  it.each<[field: string, value: unknown, said: string]>([
    ['id', 7, '"id" of what is stored must be a text'],
    ['tenantId', 'globex', '"tenantId" of what is stored must be the tenant of its place'],
    ['at', canary, `"at" of what is stored must be ${moment}`],
    ['actor', null, '"actor" of what is stored must be an object'],
    ['actor', canary, '"actor" of what is stored must be an object or null'],
    ['actor', { role: null }, '"userId" of what is stored must be a text'],
    ['actor', { userId: 'jdoe', role: 7 }, '"role" of what is stored must be a text'],
    ['action', null, '"action" of what is stored must be a text'],
    ['outcome', null, '"outcome" of what is stored must be a text'],
    ['groupId', 7, '"groupId" of what is stored must be a text'],
    ['keyId', 7, '"keyId" of what is stored must be a text'],
    ['before', [], '"before" of what is stored must be an object or null'],
    ['after', canary, '"after" of what is stored must be an object or null'],
  ])('is refused where an event has %s %j', (field, value, said) => {
    const text = JSON.stringify({ ...JSON.parse(eventText(event, 'write-1')), [field]: value })
    expectRefusal(() => eventOf(text, 'acme'), 'invalid_record', said)
  })
})
