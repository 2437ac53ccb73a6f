import {
  authorizationFor,
  createAuthorizer,
  hmacSha256Digest,
  memoryStore,
  plainDigest,
  referenceIds,
  sha256Digest,
} from 'rest-api-key'
import { createKeyManager, type KeyChanges, type KeyInput, type Page } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { openManager, refusal, withKey } from './support.js'

const foreignId = '0123456789ABCDEF0123456789ABCDEF'

describe('groups', () => {
  it('are created, listed, read, changed and deleted', async () => {
    const { acme } = await openManager()
    const group = await acme.createGroup({ name: 'Integrations', description: 'Machines' })
    expect(group).toMatchObject({
      tenantId: 'acme',
      name: 'Integrations',
      description: 'Machines',
      version: 1,
    })
    expect(await acme.getGroup(group.id)).toEqual(group)
    expect(await acme.listGroups()).toEqual({ items: [group], nextCursor: null })
    const changed = await acme.updateGroup(group.id, { description: null }, { version: 1 })
    expect(changed).toMatchObject({ name: 'Integrations', description: null, version: 2 })
    await expect(acme.updateGroup(group.id, { name: 'Late' }, { version: 1 })).rejects.toMatchObject({
      code: 'version_conflict',
      message: 'The group was changed by somebody else; read it again',
    })
    await acme.deleteGroup(group.id)
    expect(await refusal(acme.getGroup(group.id))).toMatchObject({ code: 'not_found' })
  })

  it('are not deleted while they have keys', async () => {
    const { acme } = await openManager()
    const { group, key } = await withKey(acme)
    await expect(acme.deleteGroup(group.id)).rejects.toMatchObject({
      code: 'group_not_empty',
      message: 'The group still has keys; delete them first',
    })
    await acme.deleteKey(key.id)
    await acme.deleteGroup(group.id)
    expect((await acme.listGroups()).items).toEqual([])
  })
})

describe('keys', () => {
  it('show the Reference ID once and keep a digest', async () => {
    const { acme, repository } = await openManager()
    const { referenceId, key, group } = await withKey(acme)
    expect(referenceIds().check(referenceId)).toBe('generated')
    expect(key).toMatchObject({
      tenantId: 'acme',
      groupId: group.id,
      activated: true,
      description: 'Nightly import',
      onBehalfOf: null,
      inRole: null,
      allowedIps: [],
      expiresAt: null,
      metadata: null,
      hint: `rak_…${referenceId.slice(-4)}`,
      version: 1,
      lastUsedAt: null,
    })
    expect(await acme.getKey(key.id)).toEqual(key)
    expect(key).not.toHaveProperty('digest')
    const record = await repository.findByDigest(sha256Digest()(referenceId), {
      signal: new AbortController().signal,
    })
    expect(record?.id).toBe(key.id)
  })

  it('keep every field that is given', async () => {
    const { acme } = await openManager()
    const { group } = await withKey(acme)
    const input: KeyInput = {
      groupId: group.id,
      activated: false,
      description: 'Orders',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.7', '198.51.100.0/24'],
      expiresAt: new Date('2030-01-01'),
      metadata: { plan: 'gold' },
    }
    const { key } = await acme.createKey(input)
    expect(key).toMatchObject(input)
  })

  it('change in the named fields only', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    const changed = await acme.updateKey(key.id, { inRole: 'Operator' })
    expect(changed).toEqual({ ...key, inRole: 'Operator', version: 2, updatedAt: changed.updatedAt })
    expect(
      await acme.updateKey(key.id, { description: null, inRole: undefined } as unknown as KeyChanges),
    ).toMatchObject({
      description: null,
      inRole: 'Operator',
      version: 3,
    })
  })

  it('refuse a change of another version than the one that was seen', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    await acme.updateKey(key.id, { description: 'first' }, { version: 1 })
    await expect(acme.updateKey(key.id, { description: 'second' }, { version: 1 })).rejects.toMatchObject({
      code: 'version_conflict',
      message: 'The key was changed by somebody else; read it again',
    })
    expect(await acme.getKey(key.id)).toMatchObject({ description: 'first', version: 2 })
  })

  it('lose no change of two editors who name different fields and no version', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    await Promise.all([
      acme.updateKey(key.id, { description: 'edited' }),
      acme.deactivateKey(key.id),
      acme.updateKey(key.id, { inRole: 'Operator' }),
    ])
    expect(await acme.getKey(key.id)).toMatchObject({
      description: 'edited',
      inRole: 'Operator',
      activated: false,
      version: 4,
    })
  })

  it.each([
    ['activateKey', true],
    ['deactivateKey', false],
  ] as const)('%s needs no version', async (method, activated) => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    await acme.updateKey(key.id, { activated: !activated })
    expect(await acme[method](key.id)).toMatchObject({ activated, version: 3 })
  })

  it('never change id, digest or tenant', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    for (const field of [
      'id',
      'digest',
      'tenantId',
      'referenceId',
      'hint',
      'version',
      'groupId',
      'createdAt',
    ]) {
      expect(await refusal(acme.updateKey(key.id, { [field]: 'other' } as KeyChanges))).toEqual({
        code: 'invalid_input',
        fields: [field],
      })
    }
  })

  it('are found by group and text', async () => {
    const { acme } = await openManager()
    const one = await acme.createGroup({ name: 'One' })
    const two = await acme.createGroup({ name: 'Two' })
    for (let index = 0; index < 5; index++) {
      const groupId = index % 2 ? two.id : one.id
      await acme.createKey({ groupId, description: `Key ${index}`, inRole: 'Operator' })
    }
    expect((await acme.listKeys({ groupId: two.id })).items.length).toBe(2)
    expect((await acme.listKeys({ search: 'KEY 3' })).items.map(({ description }) => description)).toEqual([
      'Key 3',
    ])
    expect((await acme.listKeys({ search: 'operator' })).items.length).toBe(5)
    expect((await acme.listKeys({ search: '' })).items.length).toBe(5)
    expect((await acme.listKeys({ search: '3operator' })).items).toEqual([])
  })
})

describe('lists', () => {
  it.each([1, 2, 3, 5, 10, 500])('are read whole and once in pages of %i', async (limit) => {
    const { acme } = await openManager()
    for (let index = 0; index < 5; index++) await withKey(acme)
    const { listGroups, listKeys, listAudit } = acme
    for (const [list, total] of [
      [listGroups, 5],
      [listKeys, 5],
      [listAudit, 10],
    ] as const) {
      const pages: string[][] = []
      let cursor: string | null = null
      do {
        const page: Page<{ readonly id: string }> = await list({ limit, cursor })
        pages.push(page.items.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== null)
      const sizes = Array.from({ length: Math.ceil(total / limit) }, (_, index) =>
        Math.min(limit, total - limit * index),
      )
      expect(pages.map(({ length }) => length)).toEqual(sizes)
      expect(new Set(pages.flat()).size).toBe(total)
    }
  })

  it('have 50 items a page unless told otherwise', async () => {
    const { acme } = await openManager()
    for (let index = 0; index < 51; index++) await acme.createGroup({ name: `Group ${index}` })
    for (const list of [acme.listGroups, acme.listAudit]) {
      const { items, nextCursor } = await list()
      expect(items.length).toBe(50)
      expect((await list({ cursor: nextCursor })).items.length).toBe(1)
    }
  })

  it.each([
    ['another text', 'nonsense'],
    ['JSON of another shape', Buffer.from('{"at":1}').toString('base64url')],
    ['a moment out of range', Buffer.from('[1e300,"x"]').toString('base64url')],
    ['a year of five digits', Buffer.from('[253402300800000,"x"]').toString('base64url')],
    ['an id that is none', Buffer.from('[1,2]').toString('base64url')],
    ['a number', 7 as unknown as string],
  ])('refuse a cursor that is %s', async (_, cursor) => {
    const { acme } = await openManager()
    await expect(acme.listKeys({ cursor })).rejects.toMatchObject({
      code: 'invalid_input',
      faults: [{ field: 'cursor', message: '"cursor" must be the nextCursor of another page' }],
    })
  })

  it.each([0, -1, 1.5, 501, Number.NaN, '5' as unknown as number])('refuse a limit of %s', async (limit) => {
    const { acme } = await openManager()
    await expect(acme.listGroups({ limit })).rejects.toMatchObject({
      code: 'invalid_input',
      faults: [{ field: 'limit', message: '"limit" must be a whole number from 1 to 500' }],
    })
  })
})

describe('an authorizer on the same store', () => {
  it('acts on every change at once', async () => {
    const { acme, repository } = await openManager()
    const { referenceId, key } = await withKey(acme)
    const authorizer = createAuthorizer({ store: repository })
    const decide = async () => {
      const decision = await authorizer.authorize({
        headerLines: () => [authorizationFor(referenceId)],
        tenantId: 'acme',
        ip: '192.0.2.7',
      })
      return decision.allowed ? decision.principal.inRole : decision.reason
    }
    expect(await decide()).toBe(null)
    await acme.updateKey(key.id, { inRole: 'Operator' })
    expect(await decide()).toBe('Operator')
    await acme.deactivateKey(key.id)
    expect(await decide()).toBe('deactivated')
    await acme.activateKey(key.id)
    await acme.updateKey(key.id, { allowedIps: ['198.51.100.1'] })
    expect(await decide()).toBe('ip_not_allowed')
    await acme.deleteKey(key.id)
    expect(await decide()).toBe('unknown_key')
  })

  it('knows a new key at once, although it was looked up in vain before', async () => {
    const { acme, repository } = await openManager()
    const group = await acme.createGroup({ name: 'Imported' })
    const authorizer = createAuthorizer({ store: repository })
    const allowed = async () =>
      (await authorizer.authorize({ headerLines: () => [authorizationFor(foreignId)], tenantId: 'acme' }))
        .allowed
    expect(await allowed()).toBe(false)
    await acme.importKey({ referenceId: foreignId, groupId: group.id })
    expect(await allowed()).toBe(true)
  })
})

describe('imports', () => {
  it('take over a foreign Reference ID unchanged, once', async () => {
    const { acme } = await openManager()
    const group = await acme.createGroup({ name: 'Imported' })
    const first = await acme.importKey({ referenceId: foreignId, groupId: group.id, description: 'Legacy' })
    expect(first).toMatchObject({ outcome: 'imported', key: { hint: '…CDEF', description: 'Legacy' } })
    const again = await acme.importKey({ referenceId: foreignId, groupId: group.id, description: 'Other' })
    expect(again).toEqual({ outcome: 'unchanged', key: first.key })
  })

  it('do not take over what another tenant has', async () => {
    const { acme, globex } = await openManager()
    const own = await acme.createGroup({ name: 'Imported' })
    const other = await globex.createGroup({ name: 'Imported' })
    await acme.importKey({ referenceId: foreignId, groupId: own.id })
    const again = { referenceId: foreignId, groupId: other.id }
    const taken = { code: 'reference_id_taken', message: 'The Reference ID is in use already' }
    await expect(globex.importKey(again)).rejects.toMatchObject(taken)
    expect(await globex.importKeys([again])).toMatchObject({
      unchanged: 0,
      refused: 1,
      refusals: [{ row: 1, ...taken }],
    })
    expect((await globex.listKeys()).items).toEqual([])
  })

  it('search every digest and write with the first', async () => {
    const pepper = 'a pepper of some length'
    const digest = [hmacSha256Digest({ pepper }), sha256Digest(), plainDigest()]
    const repository = memoryStore({
      keys: [{ id: 'old', referenceId: 'LEGACY-IN-CLEAR', tenantId: 'acme' }],
      digest: plainDigest(),
    })
    const { acme } = await openManager({ repository, digest })
    const group = await acme.createGroup({ name: 'Imported' })
    expect(await acme.importKey({ referenceId: 'LEGACY-IN-CLEAR', groupId: group.id })).toMatchObject({
      outcome: 'unchanged',
      key: { id: 'old' },
    })
    expect(await acme.importKeys([{ referenceId: 'LEGACY-IN-CLEAR', groupId: group.id }])).toMatchObject({
      imported: 0,
      unchanged: 1,
    })
    await acme.importKey({ referenceId: foreignId, groupId: group.id })
    const { signal } = new AbortController()
    expect(await repository.findByDigest(hmacSha256Digest({ pepper })(foreignId), { signal })).not.toBeNull()
    expect(await repository.findByDigest(sha256Digest()(foreignId), { signal })).toBeNull()
  })

  const notForeign = 'must not have the form of a generated one: rak_…'
  const notSendable = 'must be 1 to 256 characters of A-Z a-z 0-9 - . _ ~'
  it.each([
    ['a generated one', referenceIds().generate(), notForeign],
    ['a mistyped generated one', `${referenceIds().generate().slice(0, -1)}-`, notForeign],
    ['an empty one', '', notSendable],
    ['one with a blank', 'with blank', notSendable],
    ['one that is too long', 'x'.repeat(257), notSendable],
    ['none', undefined, notSendable],
    ['a list', ['x'], notSendable],
  ])('refuse a Reference ID that is %s', async (_, referenceId, fault) => {
    const { acme } = await openManager()
    const group = await acme.createGroup({ name: 'Imported' })
    const input = { referenceId: referenceId as string, groupId: group.id }
    await expect(acme.importKey(input)).rejects.toMatchObject({
      code: 'invalid_input',
      faults: [{ field: 'referenceId', message: `"referenceId" ${fault}` }],
    })
  })

  it('show less of a short Reference ID', async () => {
    const { acme } = await openManager()
    const group = await acme.createGroup({ name: 'Imported' })
    const hints: string[] = []
    for (const referenceId of ['a', 'abcdefg1', 'abcdefghijklmn12']) {
      hints.push((await acme.importKey({ referenceId, groupId: group.id })).key.hint)
    }
    expect(hints).toEqual(['…', '…1', '…12'])
  })
})

describe('a directory', () => {
  const directory = {
    users: (tenantId: string) =>
      tenantId === 'acme' ? [null as never, { id: 'jdoe' }, { id: 'service' }] : [],
    roles: async (_: string, userId: string | null) =>
      userId === 'jdoe' ? ['Administrator', 'Operator'] : ['Reader'],
  }

  it.each([
    ['a known user and role', { onBehalfOf: 'jdoe', inRole: 'Operator' }, undefined],
    ['a role of nobody', { onBehalfOf: null, inRole: 'Reader' }, undefined],
    ['nothing', {}, undefined],
    ['an unknown user', { onBehalfOf: 'nobody' }, '"onBehalfOf" must be a user of this tenant'],
    [
      'an unknown user and role',
      { onBehalfOf: 'nobody', inRole: 'Owner' },
      '"onBehalfOf" must be a user of this tenant',
    ],
    ['a user by another case', { onBehalfOf: 'JDOE' }, '"onBehalfOf" must be a user of this tenant'],
    [
      "another user's role",
      { onBehalfOf: 'service', inRole: 'Operator' },
      '"inRole" must be a role of that user',
    ],
    ['a role without its user', { inRole: 'Operator' }, '"inRole" must be a role of that user'],
  ] as const)('judges %s', async (_, facts, message) => {
    const { acme } = await openManager({ directory })
    const group = await acme.createGroup({ name: 'Integrations' })
    const created = acme.createKey({ groupId: group.id, ...facts })
    if (message === undefined) expect((await created).key).toMatchObject(facts)
    else {
      await expect(created).rejects.toMatchObject({
        code: 'invalid_input',
        message,
        faults: [{ field: /\w+/.exec(message)?.[0], message }],
      })
    }
  })

  it('does not keep the key of a user who has left from being edited', async () => {
    const users = [{ id: 'jdoe' }]
    const { acme } = await openManager({ directory: { users: () => users, roles: () => ['Operator'] } })
    const group = await acme.createGroup({ name: 'Integrations' })
    const { key } = await acme.createKey({ groupId: group.id, onBehalfOf: 'jdoe', inRole: 'Operator' })
    users.length = 0
    expect(await acme.updateKey(key.id, { description: 'still' })).toMatchObject({ description: 'still' })
    expect(await acme.deactivateKey(key.id)).toMatchObject({ activated: false })
    for (const changes of [{ inRole: 'Reader' }, { onBehalfOf: 'another' }]) {
      expect(await refusal(acme.updateKey(key.id, changes))).toEqual({
        code: 'invalid_input',
        fields: ['onBehalfOf'],
      })
    }
  })
})

describe('explain', () => {
  it('tells of a key by its id or its Reference ID', async () => {
    const { acme } = await openManager()
    const { referenceId, key } = await withKey(acme)
    await acme.updateKey(key.id, { allowedIps: ['192.0.2.0/24'] })
    for (const which of [{ keyId: key.id }, { referenceId }]) {
      expect(await acme.explain({ ...which, ip: '192.0.2.7' })).toMatchObject({
        allowed: true,
        keyId: key.id,
      })
      expect(await acme.explain({ ...which, ip: '198.51.100.1' })).toMatchObject({ reason: 'ip_not_allowed' })
      expect(await acme.explain({ ...which, tenantId: 'globex', ip: '192.0.2.7' })).toMatchObject({
        reason: 'wrong_tenant',
      })
    }
    expect(await acme.explain({ referenceId: 'not well-formed' })).toMatchObject({
      reason: 'malformed_credentials',
    })
  })

  it('looks for a Reference ID as an authorizer with the same digests and Reference IDs does', async () => {
    const pepper = 'a pepper of some length'
    const generate = referenceIds({ prefix: 'incidents_' })
    const { acme } = await openManager({ digest: [hmacSha256Digest({ pepper }), sha256Digest()], generate })
    const { referenceId, key } = await withKey(acme)
    for (const which of [{ keyId: key.id }, { referenceId }]) {
      expect(await acme.explain(which)).toMatchObject({ allowed: true, keyId: key.id })
    }
    expect(await acme.explain({ referenceId: `${referenceId.slice(0, -1)}-` })).toMatchObject({
      cause: 'reference_id_mistyped',
    })
    expect(await acme.explain({ referenceId: foreignId })).toMatchObject({
      reason: 'unknown_key',
      cause: undefined,
    })
  })

  it("knows nothing of another tenant's key", async () => {
    const { acme, globex } = await openManager()
    const { referenceId, key } = await withKey(acme)
    for (const request of [{ keyId: key.id }, { referenceId }, { referenceId, tenantId: 'acme' }]) {
      const explanation = await globex.explain(request)
      expect(explanation).toMatchObject({ allowed: false, reason: 'unknown_key', keyId: undefined })
      expect(JSON.stringify(explanation)).not.toContain('Nightly')
    }
  })

  it('wants exactly one of the two', async () => {
    const { acme } = await openManager()
    const message = 'Exactly one of "keyId" and "referenceId" must be given'
    for (const request of [{}, { keyId: 'a', referenceId: 'b' }]) {
      await expect(acme.explain(request)).rejects.toMatchObject({
        code: 'invalid_input',
        faults: [{ field: 'keyId', message }],
      })
    }
  })
})

describe('createKeyManager', () => {
  const repository = memoryStore()
  const authorize = () => true
  const valid = { repository, authorize }
  const aDirectory = 'an object with methods users and roles'
  const someDigests =
    'sha256Digest(), hmacSha256Digest({ pepper }), plainDigest() or a list with at least one of them'
  it.each<[option: string, options: unknown, expected: string]>([
    ['createKeyManager options', null, 'an object, not null'],
    ['repository', { authorize }, 'a KeyRepository, with a method findByDigest, not undefined'],
    [
      'repository',
      { authorize, repository: { findByDigest: async () => null } },
      'a KeyRepository, with a method insertGroup, not an object',
    ],
    ['authorize', { repository }, 'a function, not undefined'],
    ['authorize', { repository, authorize: true }, 'a function, not true'],
    ['directory', { ...valid, directory: null }, `${aDirectory}, not null`],
    ['directory', { ...valid, directory: { users: () => [] } }, `${aDirectory}, not an object`],
    ['directory', { ...valid, directory: { roles: () => [] } }, `${aDirectory}, not an object`],
    ['onAudit', { ...valid, onAudit: 'log' }, 'a function, not a string'],
    ['generate', { ...valid, generate: null }, 'made by referenceIds(), not null'],
    ['generate', { ...valid, generate: () => 'id' }, 'made by referenceIds(), not a function'],
    ['generate', { ...valid, generate: { check: () => 'foreign' } }, 'made by referenceIds(), not an object'],
    ['generate', { ...valid, generate: { generate: () => 'id' } }, 'made by referenceIds(), not an object'],
    [
      'digest',
      { ...valid, digest: plainDigest() },
      'one whose first, which writes, is not plainDigest(), not a function',
    ],
    ['digest', { ...valid, digest: [] }, `${someDigests}, not an array`],
    ['digest', { ...valid, digest: 'sha256' }, `${someDigests}, not a string`],
  ])('names "%s" if it cannot be used', (option, options, expected) => {
    expect(() => createKeyManager(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: `"${option}" must be ${expected}` }),
    )
  })

  it('names an option that it does not know', () => {
    const known = '"repository", "authorize", "directory", "onAudit", "generate", "digest"'
    expect(() => createKeyManager({ ...valid, audit: () => {} } as never)).toThrow(
      expect.objectContaining({
        code: 'unknown_option',
        message: `"audit" is not an option of createKeyManager; it knows ${known}`,
      }),
    )
  })

  it('asks a digest about nothing that no Reference ID can be', async () => {
    const asked: string[] = []
    const digest = (referenceId: string) => {
      asked.push(referenceId)
      return sha256Digest()(referenceId)
    }
    const { acme } = await openManager({ digest })
    const { group, referenceId } = await withKey(acme)
    await acme.importKey({ referenceId: foreignId, groupId: group.id })
    expect(asked).toEqual(expect.arrayContaining([referenceId, foreignId]))
    expect(asked.filter((text) => !/^[\w.~-]{1,256}$/.test(text))).toEqual([])
  })
})
