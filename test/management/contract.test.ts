import { memoryStore, RestApiKeyError, referenceIds } from 'rest-api-key'
import {
  createKeyManager,
  type KeyChanges,
  type KeyFacts,
  type KeyInput,
  type KeyRepository,
  type TenantKeys,
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
    await expect(act).rejects.toMatchObject({
      code: 'repository_failed',
      message: `The key repository broke the contract of "${method}"`,
    })
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
      const { findManyByDigest: _, ...oneByOne } = repository
      const others = [{ ...repository, findManyByDigest: async () => [record] }, oneByOne] as KeyRepository[]
      for (const act of [
        acme.importKey({ referenceId: foreignId, groupId }),
        ...others.map(async (other) => {
          const { acme: keys } = await openManager({ repository: other })
          return keys.importKeys([{ referenceId: foreignId, groupId }])
        }),
      ]) {
        await expect(act).rejects.toMatchObject({
          code: 'repository_failed',
          message: 'The key repository holds an unusable record',
          cause: { code: 'invalid_record' },
        })
      }
    },
  )

  it('has its errors of this library shown, and told apart from those of the manager', async () => {
    const cause = new RestApiKeyError('store_failed', 'The key store is being moved')
    const repository = { ...memoryStore(), listGroups: () => Promise.reject(cause) }
    const { acme } = await openManager({ repository })
    await expect(acme.listGroups()).rejects.toMatchObject({
      code: 'repository_failed',
      message: 'The key repository failed: The key store is being moved',
      cause,
    })
  })

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
    await expect(acme.deactivateKey(key.id)).rejects.toMatchObject({
      code: 'version_conflict',
      message: 'Others wrote in between 100 times; try again',
    })
    expect(calls).toBe(100)
  })
})

describe('a write that comes too late', () => {
  it('is done anew: a group that was changed is deleted all the same, and told once', async () => {
    const store = memoryStore()
    let calls = 0
    const repository: KeyRepository = {
      ...store,
      async deleteGroup(...group) {
        return ++calls === 1 ? 'changed' : store.deleteGroup(...group)
      },
    }
    const { acme, audit } = await openManager({ repository })
    const { id } = await acme.createGroup({ name: 'Group' })
    await acme.deleteGroup(id)
    expect((await acme.listGroups()).items).toEqual([])
    expect(audit.filter(({ action }) => action === 'group.delete').length).toBe(1)
  })

  it('is done anew: a Reference ID that is in use is not given to another key', async () => {
    const ids = ['first', 'first', 'second']
    const generate = { ...referenceIds(), generate: () => ids.shift() as string }
    const { acme, audit } = await openManager({ generate })
    const { referenceId, group } = await withKey(acme)
    const other = await acme.createKey({ groupId: group.id })
    expect([referenceId, other.referenceId]).toEqual(['first', 'second'])
    expect((await acme.listKeys()).items.length).toBe(2)
    expect(audit.filter(({ action }) => action === 'key.create').length).toBe(2)
  })

  it('finds the key that another import has written in between', async () => {
    const store = memoryStore()
    const { acme: rival } = await openManager({ repository: store })
    const { id: groupId } = await rival.createGroup({ name: 'Group' })
    const input = { referenceId: foreignId, groupId }
    const repository: KeyRepository = {
      ...store,
      async insertKeys(...keys) {
        await rival.importKey(input)
        return store.insertKeys(...keys)
      },
    }
    const { acme, audit } = await openManager({ repository })
    expect(await acme.importKey(input)).toMatchObject({ outcome: 'unchanged' })
    expect(audit.filter(({ outcome, action }) => outcome === 'done' && action === 'key.import')).toEqual([])
    expect((await acme.listKeys()).items.length).toBe(1)
  })

  it('imports what was deleted between the two looks at it', async () => {
    const store = memoryStore()
    const { acme: rival } = await openManager({ repository: store })
    const { id: groupId } = await rival.createGroup({ name: 'Group' })
    const input = { referenceId: foreignId, groupId }
    const { key } = await rival.importKey(input)
    const repository: KeyRepository = {
      ...store,
      async findKey(...which) {
        await rival.deleteKey(key.id)
        return store.findKey(...which)
      },
    }
    const { acme } = await openManager({ repository })
    expect(await acme.importKey(input)).toMatchObject({ outcome: 'imported' })
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

  const known: readonly (readonly [
    method: keyof TenantKeys,
    names: string,
    call: (keys: TenantKeys, options: never) => Promise<unknown>,
  ])[] = [
    ['listGroups', 'cursor limit', (keys, options) => keys.listGroups(options)],
    ['listKeys', 'cursor limit groupId search', (keys, options) => keys.listKeys(options)],
    ['listAudit', 'cursor limit groupId keyId', (keys, options) => keys.listAudit(options)],
    ['updateGroup', 'version', (keys, options) => keys.updateGroup('id', {}, options)],
    ['updateKey', 'version', (keys, options) => keys.updateKey('id', {}, options)],
    [
      'importKeys',
      'groupId batchSize onProgress onRefused signal',
      (keys, options) => keys.importKeys([], options),
    ],
    ['explain', 'keyId referenceId tenantId ip', (keys, options) => keys.explain(options)],
  ]
  it.each(known)('of %s are %s, and no others', async (method, names, call) => {
    const { acme } = await openManager()
    const list = names.split(' ').map((name) => `"${name}"`)
    await expect(call(acme, { goupId: 'x' } as never)).rejects.toMatchObject({
      code: 'unknown_option',
      message: `"goupId" is not an option of ${method}; it knows ${list.join(', ')}`,
    })
    await expect(call(acme, null as never)).rejects.toMatchObject({
      code: 'invalid_option',
      message: `"${method} options" must be an object, not null`,
    })
  })

  it.each(['1', 1.5, Number.NaN, null])('have no version %o', async (version) => {
    const { acme } = await openManager()
    const { key, group } = await withKey(acme)
    const wrong = { version } as unknown as VersionOption
    for (const act of [acme.updateKey(key.id, {}, wrong), acme.updateGroup(group.id, {}, wrong)]) {
      await expect(act).rejects.toMatchObject({
        code: 'invalid_input',
        faults: [{ field: 'version', message: '"version" must be a whole number' }],
      })
    }
  })

  it.each<[field: string, call: (keys: TenantKeys) => Promise<unknown>]>([
    ['id', (keys) => keys.getGroup(7 as never)],
    ['id', (keys) => keys.getKey(7 as never)],
    ['groupId', (keys) => keys.listKeys({ groupId: 7 as never })],
    ['search', (keys) => keys.listKeys({ search: 7 as never })],
    ['groupId', (keys) => keys.listAudit({ groupId: 7 as never })],
    ['keyId', (keys) => keys.listAudit({ keyId: 7 as never })],
    ['keyId', (keys) => keys.explain({ keyId: 7 as never })],
  ])('and arguments have a text for %s', async (field, call) => {
    const { acme } = await openManager()
    await expect(call(acme)).rejects.toMatchObject({
      code: 'invalid_input',
      faults: [{ field, message: `"${field}" must be a text` }],
    })
  })

  it.each([null, 7, 'text', {}])('rows of an import are not %o', async (rows) => {
    const { acme } = await openManager()
    const wrong = '"rows" must be an iterable or an asynchronous iterable, not'
    await expect(acme.importKeys(rows as never)).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(wrong),
    })
  })

  it.each<[options: object, message: string]>([
    [{ batchSize: 0 }, '"batchSize" must be a whole number of at least 1 and at most 1000, not 0'],
    [{ batchSize: 1_001 }, '"batchSize" must be a whole number of at least 1 and at most 1000, not 1001'],
    [{ onProgress: 'log' }, '"onProgress" must be a function, not a string'],
    [{ onRefused: 'log' }, '"onRefused" must be a function, not a string'],
  ])('of an import are not %o', async (options, message) => {
    const { acme } = await openManager()
    await expect(acme.importKeys([], options)).rejects.toMatchObject({ code: 'invalid_option', message })
  })

  it('let 1,000 rows be a batch', async () => {
    const { acme } = await openManager()
    expect(await acme.importKeys([], { batchSize: 1_000 })).toMatchObject({ imported: 0 })
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

  it('is asked about by explain again when it is known which key a Reference ID is', async () => {
    const asked: unknown[] = []
    const { acme } = await openManager({
      authorize: (_, action, { groupId, keyId }) => asked.push([action, groupId, keyId]) > 0,
    })
    const { key, referenceId, group } = await withKey(acme)
    asked.length = 0
    await acme.explain({ referenceId })
    expect(asked).toEqual([
      ['key.explain', null, null],
      ['key.explain', group.id, key.id],
    ])
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

  it('is given copies, frozen but for the moment, of which no change is told', async () => {
    const { acme, audit } = await openManager({
      authorize(_, action, target) {
        if (action !== 'key.update') return true
        const after = target.after as KeyFacts
        for (const part of [target, after, after.allowedIps, after.metadata, after.metadata?.list]) {
          expect(Object.isFrozen(part)).toBe(true)
        }
        after.expiresAt?.setTime(0)
        return true
      },
    })
    const { key } = await withKey(acme)
    const expiresAt = new Date('2030-01-01')
    const changes: KeyChanges = { allowedIps: ['192.0.2.7'], metadata: { list: [1] }, expiresAt }
    expect(await acme.updateKey(key.id, changes)).toMatchObject(changes)
    expect(audit.at(-1)?.after).toMatchObject({ expiresAt: '2030-01-01T00:00:00.000Z' })
  })

  it('is asked about a change of "activated" by an update as such', async () => {
    const asked: string[] = []
    const { acme } = await openManager({ authorize: (_, action) => asked.push(action) > 0 })
    const { key } = await withKey(acme)
    asked.length = 0
    for (const activated of [false, false, true, true]) await acme.updateKey(key.id, { activated })
    expect(asked).toEqual([
      'key.update',
      'key.deactivate',
      'key.update',
      'key.update',
      'key.activate',
      'key.update',
    ])
  })

  it('is told apart from a refusal if it fails', async () => {
    const { acme } = await openManager({
      authorize: () => {
        throw new Error('the policy database says canary')
      },
    })
    const error = await acme.listGroups().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'not_authorized',
      cause: { code: 'authorize_failed', message: '"authorize" failed (Error)' },
    })
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
      'The directory failed (Error)',
    ],
    ['rejects', () => Promise.reject(new Error('canary')), 'The directory failed (Error)'],
    ['answers with no list', () => undefined as never, 'The directory answered with no list'],
  ])('%s: nothing is written, no value is told, and an import ends', async (_, users, message) => {
    const { acme } = await openManager({ directory: { users, roles: () => [] } })
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const input: KeyInput = { groupId, onBehalfOf: 'jdoe' }
    for (const act of [
      acme.createKey(input),
      acme.importKey({ referenceId: foreignId, ...input }),
      acme.importKeys([{ referenceId: foreignId, ...input }]),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'directory_failed', message })
    }
    expect((await acme.listKeys()).items).toEqual([])
  })
})

describe('generate', () => {
  it.each(['', 'with space', 7, ['listed']])('makes no key of %o, which no header can carry', async (id) => {
    const { acme } = await openManager({ generate: { ...referenceIds(), generate: () => id as string } })
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const wrong = '"generate" must be one whose ids are 1 to 256 characters of A-Z a-z 0-9 - . _ ~, not a'
    await expect(acme.createKey({ groupId })).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(wrong),
    })
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
