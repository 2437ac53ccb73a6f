import { memoryStore, referenceIds } from 'rest-api-key'
import {
  createKeyManager,
  type KeyInput,
  type KeyRepository,
  type VersionOption,
} from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { openManager, refusal, withKey } from './support.js'

const foreignId = '0123456789ABCDEF0123456789ABCDEF'

describe('a repository that breaks its contract', () => {
  const answers: readonly (readonly [method: keyof KeyRepository, answer: unknown])[] = [
    ['replaceKey', 'changed'],
    ['replaceKey', undefined],
    ['replaceKey', 1],
    ['deleteKey', null],
    ['deleteKey', 'deleted'],
  ]
  it.each(answers)('never passes for one that has written: %s answers %o', async (method, answer) => {
    const store = memoryStore()
    const { acme: right } = await openManager({ repository: store })
    const { key } = await withKey(right)
    let calls = 0
    const repository = { ...store, [method]: async () => ++calls && answer } as KeyRepository
    const { acme, audit } = await openManager({ repository })
    const act = method === 'deleteKey' ? acme.deleteKey(key.id) : acme.deactivateKey(key.id)
    expect((await refusal(act)).code).toBe('repository_failed')
    expect(calls).toBe(1)
    expect(audit).toEqual([])
  })

  it.each([undefined, true, 'ok'])(
    'insertKeys answers %o: nothing is created or imported',
    async (answer) => {
      const repository = { ...memoryStore(), insertKeys: async () => answer } as unknown as KeyRepository
      const { acme, audit } = await openManager({ repository })
      const { id: groupId } = await acme.createGroup({ name: 'Group' })
      audit.length = 0
      expect((await refusal(acme.createKey({ groupId }))).code).toBe('repository_failed')
      expect((await refusal(acme.importKey({ referenceId: foreignId, groupId }))).code).toBe(
        'repository_failed',
      )
      expect((await refusal(acme.importKeys([{ referenceId: foreignId, groupId }]))).code).toBe(
        'repository_failed',
      )
      expect(audit).toEqual([])
    },
  )

  it.each([undefined, [], 'x', { tenantId: 42 }])(
    'findByDigest answers %o: no key is taken for unknown',
    async (record) => {
      const repository = { ...memoryStore(), findByDigest: async () => record } as unknown as KeyRepository
      const { acme } = await openManager({ repository })
      const { id: groupId } = await acme.createGroup({ name: 'Group' })
      expect(await acme.explain({ referenceId: foreignId })).toMatchObject({ reason: 'store_unavailable' })
      expect((await refusal(acme.importKey({ referenceId: foreignId, groupId }))).code).toBe(
        'repository_failed',
      )
    },
  )

  const nonsense: readonly (readonly [method: keyof KeyRepository, answer: unknown])[] = [
    ['findKey', []],
    ['findKey', {}],
    ['findKey', { tenantId: 'globex', version: 1 }],
    ['findKey', { tenantId: 'acme', version: '1' }],
    ['findKey', undefined],
    ['findGroup', { tenantId: 'globex', version: 1 }],
    ['listKeys', [null, null]],
    ['listKeys', [{ tenantId: 'globex', version: 1 }]],
    ['listGroups', {}],
    ['listAudit', [{ tenantId: 'globex' }]],
  ]
  it.each(nonsense)(
    'hands on nothing that is of no use or of another tenant: %s answers %o',
    async (method, answer) => {
      const repository = { ...memoryStore(), [method]: async () => answer } as KeyRepository
      const { acme } = await openManager({ repository })
      const calls = {
        findKey: () => acme.deactivateKey('id'),
        findGroup: () => acme.getGroup('id'),
        listKeys: () => acme.listKeys({ limit: 1 }),
        listGroups: () => acme.listGroups(),
        listAudit: () => acme.listAudit(),
      }
      expect((await refusal(calls[method as keyof typeof calls]())).code).toBe('repository_failed')
    },
  )

  it('is refused at creation if a method is missing', () => {
    const { listAudit: _, ...rest } = memoryStore()
    expect(() =>
      createKeyManager({ repository: rest as unknown as KeyRepository, authorize: () => true }),
    ).toThrow('listAudit')
  })

  it('is asked a bounded number of times while others write in between', async () => {
    const store = memoryStore()
    const { acme: right } = await openManager({ repository: store })
    const { key } = await withKey(right)
    let calls = 0
    const repository = { ...store, replaceKey: async () => ++calls < 0 }
    const { acme } = await openManager({ repository })
    expect((await refusal(acme.deactivateKey(key.id))).code).toBe('version_conflict')
    expect(calls).toBe(100)
  })
})

describe('a subscriber that throws', () => {
  it('keeps neither the write nor the other subscribers from their news', async () => {
    const repository = memoryStore()
    const listener = { connected() {}, lost() {}, flush() {} }
    const heard: string[] = []
    repository.changes.subscribe({
      ...listener,
      changed() {
        throw new Error('no')
      },
    })
    repository.changes.subscribe({ ...listener, changed: (digest) => heard.push(digest) })
    const { acme } = await openManager({ repository })
    const { key } = await withKey(acme)
    expect(await acme.deactivateKey(key.id)).toMatchObject({ activated: false })
    expect(heard.length).toBeGreaterThan(1)
  })
})

describe('options', () => {
  it.each([
    ['a number for an object', 1],
    ['a misspelt name', { verison: 1 }],
    ['null', null],
  ])('of updateKey are not taken for none: %s', async (_, options) => {
    const { acme } = await openManager()
    const { key, group } = await withKey(acme)
    const wrong = options as unknown as VersionOption
    expect((await refusal(acme.updateKey(key.id, {}, wrong))).code).toMatch(/_option$/)
    expect((await refusal(acme.updateGroup(group.id, {}, wrong))).code).toMatch(/_option$/)
  })

  it('of lists are known, or refused', async () => {
    const { acme } = await openManager()
    for (const list of [acme.listGroups, acme.listKeys, acme.listAudit]) {
      expect((await refusal(list({ goupId: 'x' } as never))).code).toBe('unknown_option')
      expect((await refusal(list(null as never))).code).toBe('invalid_option')
    }
  })

  it.each([null, 7, 'text', {}])('rows of an import are not %o', async (rows) => {
    const { acme } = await openManager()
    expect((await refusal(acme.importKeys(rows as never))).code).toBe('invalid_option')
  })

  it('refuse a batch of more than 1,000 rows', async () => {
    const { acme } = await openManager()
    expect((await refusal(acme.importKeys([], { batchSize: 1_001 }))).code).toBe('invalid_option')
  })
})

describe('whoever may do nothing', () => {
  it('learns of no user, group or key, and every attempt is told', async () => {
    const repository = memoryStore()
    const { acme: right } = await openManager({ repository })
    const { key, group } = await withKey(right)
    const { acme, audit } = await openManager({
      repository,
      authorize: () => false,
      directory: { users: () => [{ id: 'jdoe' }], roles: () => [] },
    })
    const attempts: readonly (() => Promise<unknown>)[] = ['jdoe', 'nobody'].flatMap((onBehalfOf) =>
      [key.id, 'none'].flatMap((id) =>
        [group.id, 'none'].flatMap((groupId) => [
          () => acme.createKey({ groupId, onBehalfOf }),
          () => acme.updateKey(id, { onBehalfOf }, { version: 9 }),
          () => acme.importKey({ referenceId: foreignId, groupId, onBehalfOf }),
          () => acme.getKey(id),
          () => acme.getGroup(groupId),
          () => acme.updateGroup(groupId, { name: 'x' }, { version: 9 }),
          () => acme.deleteGroup(groupId),
          () => acme.explain({ keyId: id }),
        ]),
      ),
    )
    for (const attempt of attempts) expect((await refusal(attempt())).code).toBe('not_authorized')
    expect(audit.length).toBe(attempts.length)
  })

  it('does not activate a key by way of an update', async () => {
    const { acme, audit } = await openManager({ authorize: (_, action) => action !== 'key.activate' })
    const { key } = await withKey(acme)
    await acme.deactivateKey(key.id)
    audit.length = 0
    expect((await refusal(acme.updateKey(key.id, { activated: true }))).code).toBe('not_authorized')
    expect(await acme.getKey(key.id)).toMatchObject({ activated: false })
    expect(audit).toMatchObject([{ action: 'key.activate', outcome: 'refused' }])
    expect(await acme.updateKey(key.id, { activated: false, description: 'x' })).toMatchObject({
      description: 'x',
    })
  })

  it('is not told by explain of a key in a group that is closed to it', async () => {
    const repository = memoryStore()
    const { acme: right } = await openManager({ repository })
    const { key, referenceId, group } = await withKey(right)
    const { acme } = await openManager({
      repository,
      authorize: (_, __, { groupId }) => groupId !== group.id,
    })
    expect((await refusal(acme.explain({ keyId: key.id }))).code).toBe('not_authorized')
    expect((await refusal(acme.explain({ referenceId }))).code).toBe('not_authorized')
  })

  it('does not read a key of another group by importing it', async () => {
    const { acme } = await openManager({
      authorize: (_, action, { groupId }) => action !== 'key.read' || groupId === null,
    })
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    await acme.importKey({ referenceId: foreignId, groupId })
    expect((await refusal(acme.importKey({ referenceId: foreignId, groupId }))).code).toBe('not_authorized')
  })
})

describe('authorize', () => {
  it('cannot change what is written', async () => {
    const { acme } = await openManager({
      authorize: (_, __, { after }) => {
        try {
          Object.assign(after ?? {}, { inRole: 5 })
        } catch {}
        try {
          ;(after as { allowedIps?: string[] } | null)?.allowedIps?.push('bad')
        } catch {}
        return true
      },
    })
    const { key } = await withKey(acme)
    const changed = await acme.updateKey(key.id, { allowedIps: ['192.0.2.7'], metadata: { list: [1] } })
    expect(changed).toMatchObject({ inRole: null, allowedIps: ['192.0.2.7'] })
  })

  it('is told apart from a refusal if it fails', async () => {
    const { acme } = await openManager({
      authorize: () => {
        throw new Error('the policy database says canary')
      },
    })
    const error = await acme.listGroups().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'not_authorized', cause: { code: 'authorize_failed' } })
    expect(String((error as Error).cause)).not.toContain('canary')
  })
})

describe('a directory that is out of order', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['answers with no list', () => undefined as never],
  ])('%s: nothing is written, no value is told, and an import ends', async (_, users) => {
    const { acme } = await openManager({ directory: { users, roles: () => [] } })
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const input: KeyInput = { groupId, onBehalfOf: 'jdoe' }
    for (const act of [
      acme.createKey(input),
      acme.importKey({ referenceId: foreignId, ...input }),
      acme.importKeys([{ referenceId: foreignId, ...input }]),
    ]) {
      const error: unknown = await act.catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'directory_failed' })
      expect(String(error)).not.toContain('canary')
    }
    expect((await acme.listKeys()).items).toEqual([])
  })
})

describe('generate', () => {
  it.each(['', 'with space', 7])('makes no key of %o, which no header can carry', async (id) => {
    const { acme } = await openManager({ generate: { ...referenceIds(), generate: () => id as string } })
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    expect((await refusal(acme.createKey({ groupId }))).code).toBe('invalid_option')
  })
})

describe('a batch of an import', () => {
  it('holds rows of one Reference ID and of missing groups', async () => {
    const { acme } = await openManager()
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const report = await acme.importKeys([
      { referenceId: 'FIRST', groupId: 'none' },
      { referenceId: 'FIRST', groupId },
      { referenceId: 'FIRST', groupId },
      { referenceId: 'SECOND', groupId },
      { referenceId: 'THIRD', groupId: 'none' },
    ])
    expect(report).toMatchObject({ imported: 2, unchanged: 1, refused: 2 })
    expect(report.refusals.map(({ row, code }) => [row, code])).toEqual([
      [1, 'not_found'],
      [5, 'not_found'],
    ])
    expect((await acme.listKeys()).items.map(({ hint }) => hint).length).toBe(2)
  })

  it('is not ended by hooks that fail', async () => {
    const { acme } = await openManager()
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const failing = async () => {
      throw new Error('no')
    }
    const throwing = () => {
      throw new Error('no')
    }
    const rows = [{ referenceId: 'FIRST', groupId }, null]
    for (const hook of [failing, throwing]) {
      const report = await acme.importKeys(rows, { onProgress: hook, onRefused: hook })
      expect(report.refused).toBe(1)
    }
  })

  it('takes the group of the import where a row names none', async () => {
    const { acme } = await openManager()
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const report = await acme.importKeys([{ referenceId: 'FIRST', groupId: undefined }], { groupId })
    expect(report).toMatchObject({ imported: 1 })
  })
})
