import type { AuditEvent, KeyGroup, StoredKey } from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/refusals.js'
import { compilingKysely } from '../support/sql-compilers.js'

const at = new Date(0)
const group: KeyGroup = {
  id: 'group-1',
  tenantId: 'acme',
  name: 'Integrations',
  description: null,
  version: 2,
  createdAt: at,
  updatedAt: at,
}
const key: StoredKey = {
  id: 'key-1',
  digest: 'digest-1',
  tenantId: 'acme',
  groupId: 'group-1',
  activated: true,
  description: null,
  onBehalfOf: null,
  inRole: null,
  allowedIps: [],
  expiresAt: null,
  metadata: null,
  hint: 'rak_…CDEF',
  version: 2,
  createdAt: at,
  updatedAt: at,
  lastUsedAt: null,
}
const event: AuditEvent = {
  id: 'event-1',
  tenantId: 'acme',
  at,
  actor: { userId: 'jdoe', role: null },
  action: 'key.update',
  outcome: 'done',
  groupId: 'group-1',
  keyId: 'key-1',
  before: null,
  after: null,
}

/** What the tables hold for these tests: the group and the key, both of version 1, and no other key. */
const there: Readonly<Record<string, readonly unknown[]>> = {
  'select "id", "version" from "rest_api_key_groups"': [{ id: 'group-1', version: 1 }],
  'select "version" from "rest_api_keys"': [{ version: 1n }],
  'select "digest" from "rest_api_keys"': [{ digest: Buffer.from('digest-1') }],
}

type Answer = readonly unknown[] | Error

/** A store over one of the databases, what it asks, with the SQL made alike and what a row holds left out, and what it tells. */
function openStore(
  name: 'postgres' | 'mysql' | 'sqlite',
  answers: Readonly<Record<string, Answer | (() => Answer)>> = {},
) {
  const asked: (readonly string[])[] = []
  const told: string[] = []
  const db = compilingKysely<unknown>(name, ({ sql, parameters }) => {
    const plain = sql.replaceAll('`', '"').replace(/\$\d+/g, '?')
    const isRow = /^insert|set "(group_id|name)"/.test(plain)
    const short = plain.replace(/ \(.*$/, '').replace(/set "(group_id|name)".* where/, 'set … where')
    asked.push(isRow ? [short] : [plain, ...parameters.map(String)])
    const [, given = []] =
      Object.entries({ ...there, ...answers }).findLast(([start]) => plain.startsWith(start)) ?? []
    const answer = typeof given === 'function' ? given() : given
    if (answer instanceof Error) throw answer
    return answer
  })
  const store = sqlStore(db)
  store.changes.subscribe({ connected() {}, lost() {}, flush() {}, changed: (digest) => told.push(digest) })
  return { store, asked, told }
}

const ofGroup = 'where "tenant_id" = ? and "id" = ?'
const lockGroup = [
  [
    'update "rest_api_key_groups" set "version" = "version" where "tenant_id" = ? and "id" in (?)',
    'acme',
    'group-1',
  ],
  [
    'select "id", "version" from "rest_api_key_groups" where "tenant_id" = ? and "id" in (?)',
    'acme',
    'group-1',
  ],
]
const readDigest = [`select "digest" from "rest_api_keys" ${ofGroup}`, 'acme', 'key-1']
const lockKey = [
  [`update "rest_api_keys" set "version" = "version" ${ofGroup}`, 'acme', 'key-1'],
  [`select "version" from "rest_api_keys" ${ofGroup}`, 'acme', 'key-1'],
]
const keyOfGroup = [
  'select "id" from "rest_api_keys" where "tenant_id" = ? and "group_id" = ? limit ?',
  'acme',
  'group-1',
  '1',
]
const audit = ['insert into "rest_api_key_audit"']

describe.each(['postgres', 'mysql', 'sqlite'] as const)('a write to %s', (name) => {
  it('of a new group', async () => {
    const { store, asked, told } = openStore(name)
    await store.insertGroup(group, event)
    expect([asked, told]).toEqual([[['begin'], ['insert into "rest_api_key_groups"'], audit, ['commit']], []])
  })

  it('of a group locks it before its version is looked at', async () => {
    const { store, asked } = openStore(name)
    expect(await store.replaceGroup(group, 1, event)).toBe(true)
    expect(asked).toEqual([
      ['begin'],
      ...lockGroup,
      [`update "rest_api_key_groups" set … ${ofGroup}`],
      audit,
      ['commit'],
    ])
  })

  it.each<[string, number, readonly unknown[]]>([
    ['has another version', 2, [{ id: 'group-1', version: 1 }]],
    ['is gone', 1, []],
  ])('of a group that %s writes nothing', async (_, version, groups) => {
    const answers = { 'select "id", "version" from "rest_api_key_groups"': groups }
    const replacing = openStore(name, answers)
    expect(await replacing.store.replaceGroup(group, version, event)).toBe(false)
    const deleting = openStore(name, answers)
    expect(await deleting.store.deleteGroup('acme', 'group-1', version, event)).toBe('changed')
    for (const { asked } of [replacing, deleting])
      expect(asked).toEqual([['begin'], ...lockGroup, ['commit']])
  })

  it('deletes a group that is locked and has no key', async () => {
    const { store, asked } = openStore(name)
    expect(await store.deleteGroup('acme', 'group-1', 1, event)).toBe('deleted')
    const deletion = [`delete from "rest_api_key_groups" ${ofGroup}`, 'acme', 'group-1']
    expect(asked).toEqual([['begin'], ...lockGroup, keyOfGroup, deletion, audit, ['commit']])
  })

  it('deletes no group that has a key', async () => {
    const { store, asked } = openStore(name, { 'select "id" from "rest_api_keys"': [{ id: 'key-1' }] })
    expect(await store.deleteGroup('acme', 'group-1', 1, event)).toBe('not_empty')
    expect(asked).toEqual([['begin'], ...lockGroup, keyOfGroup, ['commit']])
  })

  it('of a key locks it before its version is looked at, and is told', async () => {
    const { store, asked, told } = openStore(name)
    expect(await store.replaceKey(key, 1, event)).toBe(true)
    const update = [`update "rest_api_keys" set … ${ofGroup}`]
    expect(asked).toEqual([readDigest, ['begin'], ...lockKey, update, audit, ['commit']])
    expect(told).toEqual(['digest-1'])
  })

  it('deletes a key that is locked, and is told', async () => {
    const { store, asked, told } = openStore(name)
    expect(await store.deleteKey('acme', 'key-1', 1, event)).toBe(true)
    const deletion = [`delete from "rest_api_keys" ${ofGroup}`, 'acme', 'key-1']
    expect(asked).toEqual([readDigest, ['begin'], ...lockKey, deletion, audit, ['commit']])
    expect(told).toEqual(['digest-1'])
  })

  it.each<[string, number, readonly unknown[]]>([
    ['has another version', 2, [{ version: 1 }]],
    ['is gone when it is locked', 1, []],
  ])('of a key that %s writes nothing', async (_, version, versions) => {
    const answers = { 'select "version" from "rest_api_keys"': versions }
    const replacing = openStore(name, answers)
    expect(await replacing.store.replaceKey(key, version, event)).toBe(false)
    const deleting = openStore(name, answers)
    expect(await deleting.store.deleteKey('acme', 'key-1', version, event)).toBe(false)
    for (const { asked } of [replacing, deleting]) {
      expect(asked).toEqual([readDigest, ['begin'], ...lockKey, ['commit']])
    }
  })

  it('of a key that is gone is none, and is told nobody', async () => {
    const { store, asked, told } = openStore(name, { 'select "digest"': [] })
    expect(await store.replaceKey(key, 1, event)).toBe(false)
    expect(await store.deleteKey('acme', 'key-1', 1, event)).toBe(false)
    expect([asked, told]).toEqual([[readDigest, readDigest], []])
  })

  it('of which nobody knows whether it was committed is told, and rejects', async () => {
    const lost = new Error('the connection is lost')
    for (const act of ['replaceKey', 'deleteKey', 'insertKeys'] as const) {
      const { store, asked, told } = openStore(name, { commit: lost })
      const writing = {
        replaceKey: () => store.replaceKey(key, 1, event),
        deleteKey: () => store.deleteKey('acme', 'key-1', 1, event),
        insertKeys: () => store.insertKeys([key], [event]),
      }
      expect(await failureOf(writing[act]())).toBe(lost)
      expect(told).toEqual(['digest-1'])
      expect(asked.slice(-2)).toEqual([['commit'], ['rollback']])
    }
  })
})

describe('new keys', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...key, id: `key-${index}`, digest: `digest-${index}` }))
  const events = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...event, id: `${index}` }))
  const insertion = ['insert into "rest_api_keys"']
  const refused = Object.assign(new Error('refused'), { code: '23505' })

  it('are written when their group is locked, as many in a statement as there are parameters for', async () => {
    const { store, asked, told } = openStore('sqlite')
    expect(await store.insertKeys(many(20), events(20))).toBe('inserted')
    expect(asked).toEqual([
      ['begin'],
      ...lockGroup,
      ...Array.from({ length: 4 }, () => insertion),
      ...Array.from({ length: 3 }, () => audit),
      ['commit'],
    ])
    expect(told).toEqual(many(20).map(({ digest }) => digest))
  })

  it.each<[string, StoredKey[]]>([
    ['whose group is gone', [{ ...key, groupId: 'group-2' }]],
    ['of which one has no group', [key, { ...key, id: 'key-2', digest: 'digest-2', groupId: null }]],
  ])('%s are not written', async (_, keys) => {
    const answers = keys.length === 1 ? { 'select "id", "version"': [] } : {}
    const { store, asked } = openStore('sqlite', answers)
    expect(await store.insertKeys(keys, events(keys.length))).toBe('group_missing')
    expect(asked.map(([sql]) => sql?.split(' ')[0])).toEqual(['begin', 'update', 'select', 'commit'])
  })

  it('of many groups lock some of them at a time', async () => {
    const groups = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ id: `group-${from + index}`, version: 1 }))
    const found = [groups(0, 99), groups(99, 120)]
    const { store, asked } = openStore('sqlite', {
      'select "id", "version"': () => found.shift() ?? [],
    })
    const keys = many(120).map((one, index) => ({ ...one, groupId: `group-${index}` }))
    expect(await store.insertKeys(keys, events(120))).toBe('inserted')
    const locks = asked.filter(([sql]) => sql?.startsWith('update'))
    expect(locks.map((lock) => lock.slice(1))).toEqual([
      ['acme', ...groups(0, 99).map(({ id }) => id)],
      ['acme', ...groups(99, 120).map(({ id }) => id)],
    ])
  })

  it('that are none need no group', async () => {
    const { store, asked } = openStore('sqlite')
    expect(await store.insertKeys([], [])).toBe('inserted')
    expect(asked).toEqual([['begin'], ['commit']])
  })

  const takenFirst = ['select "id" from "rest_api_keys" where "digest" in (?) limit ?', 'digest-1', '1']

  it('whose digest is taken are refused', async () => {
    const answers = {
      'insert into "rest_api_keys"': refused,
      'select "id" from "rest_api_keys"': [{ id: 'x' }],
    }
    const { store, asked, told } = openStore('sqlite', answers)
    expect(await store.insertKeys([key], [event])).toBe('digest_taken')
    expect(asked).toEqual([['begin'], ...lockGroup, insertion, ['rollback'], takenFirst])
    expect(told).toEqual(['digest-1'])
  })

  it('whose digest is taken are refused even if the transaction does not begin', async () => {
    const { store, asked } = openStore('sqlite', {
      begin: refused,
      'select "id" from "rest_api_keys"': [{ id: 'x' }],
    })
    expect(await store.insertKeys([key], [event])).toBe('digest_taken')
    expect(asked).toEqual([['begin'], takenFirst])
  })

  it('that are refused for another reason reject with it', async () => {
    const { store, asked } = openStore('sqlite', { 'insert into "rest_api_keys"': refused })
    expect(await failureOf(store.insertKeys([key], [event]))).toBe(refused)
    expect(asked).toEqual([['begin'], ...lockGroup, insertion, ['rollback'], takenFirst])
  })

  it('of which two have one digest are refused without a look', async () => {
    const { store, asked } = openStore('sqlite', { 'insert into "rest_api_keys"': refused })
    const keys = [key, { ...key, id: 'key-2' }]
    expect(await store.insertKeys(keys, events(2))).toBe('digest_taken')
    expect(asked).toEqual([['begin'], ...lockGroup, insertion, ['rollback']])
  })

  it('look for digests that are taken, some of them at a time', async () => {
    const { store, asked } = openStore('sqlite', { 'insert into "rest_api_keys"': refused })
    expect(await failureOf(store.insertKeys(many(120), events(120)))).toBe(refused)
    const looks = asked.filter(([sql]) => sql?.startsWith('select "id" from "rest_api_keys"'))
    expect(looks.map((look) => look.slice(1))).toEqual([
      [...many(99).map(({ digest }) => digest), '1'],
      [
        ...many(120)
          .slice(99)
          .map(({ digest }) => digest),
        '1',
      ],
    ])
  })

  it('are asked for again if the commit fails in a way that has undone all', async () => {
    const undone = Object.assign(new Error('undone'), { code: '40001' })
    const answers: Answer[] = [undone]
    const { store, asked } = openStore('postgres', { commit: () => answers.shift() ?? [] })
    expect(await store.insertKeys([key], [event])).toBe('inserted')
    expect(asked.filter(([sql]) => sql === 'commit')).toHaveLength(2)
  })
})
