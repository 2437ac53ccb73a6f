import { authorizationFor, createAuthorizer } from 'rest-api-key'
import type { Actor, AuditEvent, KeyFacts, ManagementTarget, TenantKeys } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { openManager, withKey } from './support.js'

interface Scene {
  readonly groupId: string
  readonly emptyGroupId: string
  readonly keyId: string
}

type Target = Partial<Omit<ManagementTarget, 'tenantId'>>

const group = (name: string) => ({ name, description: null })
const key = ({ groupId }: Scene) => ({
  groupId,
  activated: true,
  description: null,
  onBehalfOf: null,
  inRole: null,
  allowedIps: [],
  expiresAt: null,
  metadata: null,
})
const nightly = (scene: Scene) => ({ ...key(scene), description: 'Nightly import' })
const some = expect.any(String) as string

/** Every call of `TenantKeys`, and the action and target that `authorize` is asked about. */
const calls: readonly (readonly [
  name: keyof TenantKeys,
  action: string,
  call: (keys: TenantKeys, scene: Scene) => Promise<unknown>,
  target: (scene: Scene) => Target,
])[] = [
  [
    'createGroup',
    'group.create',
    (keys) => keys.createGroup({ name: 'Other' }),
    () => ({ groupId: some, after: group('Other') }),
  ],
  ['listGroups', 'group.list', (keys) => keys.listGroups(), () => ({})],
  ['getGroup', 'group.read', (keys, { groupId }) => keys.getGroup(groupId), ({ groupId }) => ({ groupId })],
  [
    'updateGroup',
    'group.update',
    (keys, { groupId }) => keys.updateGroup(groupId, { name: 'Other' }),
    ({ groupId }) => ({ groupId, before: group('Integrations'), after: group('Other') }),
  ],
  [
    'deleteGroup',
    'group.delete',
    (keys, { emptyGroupId }) => keys.deleteGroup(emptyGroupId),
    ({ emptyGroupId }) => ({ groupId: emptyGroupId, before: group('Empty') }),
  ],
  [
    'createKey',
    'key.create',
    (keys, { groupId }) => keys.createKey({ groupId }),
    (scene) => ({ groupId: scene.groupId, keyId: some, after: key(scene) }),
  ],
  [
    'listKeys',
    'key.list',
    (keys, { emptyGroupId }) => keys.listKeys({ groupId: emptyGroupId }),
    ({ emptyGroupId }) => ({ groupId: emptyGroupId }),
  ],
  [
    'getKey',
    'key.read',
    (keys, { keyId }) => keys.getKey(keyId),
    ({ groupId, keyId }) => ({ groupId, keyId }),
  ],
  [
    'updateKey',
    'key.update',
    (keys, { keyId }) => keys.updateKey(keyId, { inRole: 'Other' }),
    (scene) => changed(scene, { inRole: 'Other' }),
  ],
  [
    'activateKey',
    'key.activate',
    (keys, { keyId }) => keys.activateKey(keyId),
    (scene) => changed(scene, {}),
  ],
  [
    'deactivateKey',
    'key.deactivate',
    (keys, { keyId }) => keys.deactivateKey(keyId),
    (scene) => changed(scene, { activated: false }),
  ],
  [
    'deleteKey',
    'key.delete',
    (keys, { keyId }) => keys.deleteKey(keyId),
    (scene) => ({ groupId: scene.groupId, keyId: scene.keyId, before: nightly(scene) }),
  ],
  [
    'importKey',
    'key.import',
    (keys, { groupId }) => keys.importKey({ referenceId: 'FOREIGN', groupId }),
    (scene) => ({ groupId: scene.groupId, keyId: some, after: key(scene) }),
  ],
  [
    'importKeys',
    'key.import',
    (keys, { groupId }) => imported(keys.importKeys([{ referenceId: 'FOREIGN', groupId }])),
    (scene) => ({ groupId: scene.groupId, keyId: some, after: key(scene) }),
  ],
  [
    'listAudit',
    'audit.list',
    (keys, { emptyGroupId, keyId }) => keys.listAudit({ groupId: emptyGroupId, keyId }),
    ({ emptyGroupId, keyId }) => ({ groupId: emptyGroupId, keyId }),
  ],
  [
    'explain',
    'key.explain',
    (keys, { keyId }) => keys.explain({ keyId }),
    ({ groupId, keyId }) => ({ groupId, keyId }),
  ],
]

function changed(scene: Scene, changes: Partial<KeyFacts>): Target {
  const before = nightly(scene)
  return { groupId: scene.groupId, keyId: scene.keyId, before, after: { ...before, ...changes } }
}

/** Calls that are about one group or key, which another tenant does not have. */
const targeted = new Set<keyof TenantKeys>([
  'getGroup',
  'updateGroup',
  'deleteGroup',
  'createKey',
  'getKey',
  'updateKey',
  'activateKey',
  'deactivateKey',
  'deleteKey',
  'importKey',
  'importKeys',
])

/** A refused row is reported, not thrown. */
async function imported(report: ReturnType<TenantKeys['importKeys']>): Promise<unknown> {
  const { refusals } = await report
  const [refused] = refusals
  if (refused !== undefined) throw Object.assign(new Error(refused.message), refused)
  return report
}

async function openScene(authorize: { answer: (action: string, target: ManagementTarget) => unknown }) {
  const opened = await openManager({ authorize: (_, action, target) => authorize.answer(action, target) })
  const created = await withKey(opened.acme)
  const empty = await opened.acme.createGroup({ name: 'Empty' })
  const scene: Scene = { groupId: created.group.id, emptyGroupId: empty.id, keyId: created.key.id }
  const { repository, audit } = opened
  async function everything() {
    const all = { after: null, limit: 1_000 }
    return Promise.all(
      ['acme', 'globex'].map(async (tenantId) => [
        await repository.listGroups(tenantId, all),
        await repository.listKeys(tenantId, { ...all, groupId: null, search: null }),
        await repository.listAudit(tenantId, { ...all, groupId: null, keyId: null }),
      ]),
    )
  }
  audit.length = 0
  return { ...opened, scene, everything }
}

const refusals: readonly (readonly [name: string, answer: () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['false', () => false],
  ['1', () => 1],
  ['"true"', () => 'true'],
  ['an object', () => ({ allowed: true })],
  ['a promise of 1', async () => 1],
  ['a promise of "true"', async () => 'true'],
  [
    'an exception',
    () => {
      throw new Error('no')
    },
  ],
  ['a rejection', () => Promise.reject(new Error('no'))],
]

describe.each(calls)('%s', (name, action, call, targetOf) => {
  const nothing = { groupId: null, keyId: null, before: null, after: null }

  it('is allowed by a literal true, and by a promise of it', async () => {
    for (const answer of [() => true, async () => true]) {
      const authorize: Parameters<typeof openScene>[0] = { answer: () => true }
      const { acme, scene } = await openScene(authorize)
      const asked: unknown[] = []
      authorize.answer = (...question) => {
        asked.push(question)
        return answer()
      }
      await call(acme, scene)
      expect(asked).toStrictEqual([[action, { tenantId: 'acme', ...nothing, ...targetOf(scene) }]])
    }
  })

  it.each(refusals)('is refused by %s: nothing is written, the attempt is told', async (_, answer) => {
    const authorize: Parameters<typeof openScene>[0] = { answer: () => true }
    const { acme, scene, everything, audit } = await openScene(authorize)
    const before = await everything()
    authorize.answer = answer
    await expect(call(acme, scene)).rejects.toMatchObject({
      code: 'not_authorized',
      message: `The actor may not do this: ${action}`,
    })
    expect(await everything()).toEqual(before)
    expect(audit).toStrictEqual([
      {
        id: some,
        at: expect.any(Date),
        action,
        outcome: 'refused',
        tenantId: 'acme',
        actor: { userId: 'jdoe', role: 'Administrator' },
        ...nothing,
        ...targetOf(scene),
      },
    ])
  })

  it('does and shows nothing of another tenant, and tells of the attempt', async () => {
    const { globex, scene, everything, audit } = await openScene({ answer: () => true })
    const before = await everything()
    if (targeted.has(name)) {
      const { groupId, keyId } = { ...nothing, ...targetOf(scene) }
      const isKey = keyId === scene.keyId
      await expect(call(globex, scene)).rejects.toMatchObject({
        code: 'not_found',
        message: `There is no such ${isKey ? 'key' : 'group'} in this tenant`,
      })
      expect(await everything()).toEqual(before)
      expect(audit.filter(({ outcome }) => outcome === 'refused')).toMatchObject([
        { action, tenantId: 'globex', keyId, groupId: isKey ? null : groupId },
      ])
    } else {
      const answer = JSON.stringify((await call(globex, scene)) ?? null)
      for (const id of [scene.groupId, scene.emptyGroupId]) expect(answer).not.toContain(id)
      expect(answer).not.toContain('Nightly')
    }
  })
})

it('covers every call that there is', async () => {
  const { acme } = await openManager()
  expect(calls.map(([name]) => name).toSorted()).toEqual(Object.keys(acme).toSorted())
})

describe('an actor', () => {
  const wrong = (field: string, fault: string) => `whose "${field}" is usable; it ${fault}`
  const noActors: readonly (readonly [name: string, actor: unknown, expected?: string])[] = [
    ['nobody', undefined],
    ['null', null],
    ['a text', 'jdoe'],
    ['nothing', {}, wrong('tenantId', 'must be a text')],
    ['a user of no tenant', { userId: 'jdoe' }, wrong('tenantId', 'must be a text')],
    ['a user of an empty tenant', { tenantId: '', userId: 'jdoe' }, wrong('tenantId', 'must not be empty')],
    [
      'a user of two tenants',
      { tenantId: ['acme', 'globex'], userId: 'jdoe' },
      wrong('tenantId', 'must be a text'),
    ],
    ['a tenant without a user', { tenantId: 'acme' }, wrong('userId', 'must be a text')],
    ['a user without a name', { tenantId: 'acme', userId: '' }, wrong('userId', 'must not be empty')],
    ['a user that is a number', { tenantId: 'acme', userId: 7 }, wrong('userId', 'must be a text')],
    [
      'a user with NUL',
      { tenantId: 'acme', userId: 'j\0' },
      wrong('userId', 'must not contain the character NUL'),
    ],
    [
      'a user of 201 characters',
      { tenantId: 'acme', userId: 'x'.repeat(201) },
      wrong('userId', 'must not be longer than 200 characters'),
    ],
    [
      'a role that is a list',
      { tenantId: 'acme', userId: 'jdoe', role: ['Administrator'] },
      'whose "role" is a text or null',
    ],
    [
      'a role of 201 characters',
      { tenantId: 'acme', userId: 'jdoe', role: 'x'.repeat(201) },
      'whose "role" is a text or null',
    ],
  ]
  it.each(noActors)('is not %s', async (_, actor, expected) => {
    const { manager } = await openManager()
    const message = ['The actor must be a signed-in user', expected].filter(Boolean).join(' ')
    expect(() => manager.as(actor as Actor)).toThrow(
      expect.objectContaining({ code: 'not_authorized', message }),
    )
  })

  it('is not the principal of a request that was authorized by a key', async () => {
    const { manager, acme, repository } = await openManager()
    const { referenceId } = await withKey(acme)
    const decision = await createAuthorizer({ store: repository }).authorize({
      headerLines: () => [authorizationFor(referenceId)],
      tenantId: 'acme',
    })
    if (!decision.allowed) throw new Error(decision.reason)
    for (const disguise of [decision.principal, { ...decision.principal, userId: 'jdoe' }]) {
      expect(() => manager.as(disguise as unknown as Actor)).toThrow('a key cannot manage keys')
    }
  })

  it('cannot be changed afterwards', async () => {
    const { manager } = await openManager()
    const actor = { tenantId: 'acme', userId: 'jdoe' }
    const keys = manager.as(actor)
    actor.tenantId = 'globex'
    expect((await keys.createGroup({ name: 'Group' })).tenantId).toBe('acme')
  })

  it('is asked about with what is there before and after', async () => {
    const asked: unknown[] = []
    const { acme } = await openManager({
      authorize: (actor, action, target) => {
        asked.push([actor.role, action, target.before, target.after])
        return true
      },
    })
    const { key, group } = await withKey(acme)
    asked.length = 0
    await acme.updateKey(key.id, { inRole: 'Administrator' })
    const before = { groupId: group.id, inRole: null, activated: true }
    expect(asked).toMatchObject([
      ['Administrator', 'key.update', before, { ...before, inRole: 'Administrator' }],
    ])
  })
})

describe('the audit', () => {
  it('tells who did what, when, before and after, in the order of the changes', async () => {
    const { acme, audit } = await openManager()
    const { group, key } = await withKey(acme)
    await acme.updateGroup(group.id, { name: 'Renamed' })
    await acme.updateKey(key.id, { description: 'edited', expiresAt: new Date('2030-01-01') })
    await acme.deactivateKey(key.id)
    await acme.activateKey(key.id)
    await acme.importKey({ referenceId: 'FOREIGN', groupId: group.id })
    await acme.deleteKey(key.id)
    const stored = (await acme.listAudit()).items
    expect(stored.every(({ at }) => at instanceof Date)).toBe(true)
    const done = audit.filter(({ action }) => !action.endsWith('list'))
    expect(done.map(({ action }) => action)).toEqual([
      'group.create',
      'key.create',
      'group.update',
      'key.update',
      'key.deactivate',
      'key.activate',
      'key.import',
      'key.delete',
    ])
    const byId = (events: readonly AuditEvent[]) => events.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId(stored)).toEqual(byId(done))
    expect(done[3]).toMatchObject({
      tenantId: 'acme',
      actor: { userId: 'jdoe', role: 'Administrator' },
      outcome: 'done',
      groupId: group.id,
      keyId: key.id,
      before: { description: 'Nightly import', expiresAt: null },
      after: { description: 'edited', expiresAt: '2030-01-01T00:00:00.000Z' },
    })
    expect((await acme.listAudit({ keyId: key.id })).items.length).toBe(5)
    expect((await acme.listAudit({ groupId: group.id, limit: 3 })).items.length).toBe(3)
  })

  it('holds no Reference ID and no digest', async () => {
    const { acme, audit } = await openManager()
    const { group, referenceId } = await withKey(acme)
    await acme.importKey({ referenceId: 'CANARY0123456789CANARY0123456789', groupId: group.id })
    const { createHash } = await import('node:crypto')
    for (const secret of [referenceId, 'CANARY0123456789CANARY0123456789']) {
      const digest = createHash('sha256').update(secret).digest('hex')
      for (const text of [JSON.stringify(audit), JSON.stringify(await acme.listAudit())]) {
        expect(text).not.toContain(secret)
        expect(text).not.toContain(digest)
      }
    }
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('log')
      },
    ],
    ['rejects', () => Promise.reject(new Error('log'))],
  ])('does not undo what was committed if it %s', async (_, onAudit) => {
    const { acme } = await openManager({ onAudit })
    const group = await acme.createGroup({ name: 'Kept' })
    expect(await acme.getGroup(group.id)).toEqual(group)
  })
})

describe('a failing repository', () => {
  it.each(calls.filter(([name]) => name !== 'explain'))(
    'makes %s fail without values',
    async (_, __, call) => {
      const opened = await openScene({ answer: () => true })
      const { repository, acme, scene } = opened
      expect(acme).toBeDefined()
      const failing = Object.fromEntries(
        Object.keys(repository).map((name) => [
          name,
          name === 'changes'
            ? repository.changes
            : async () => {
                throw Object.assign(new Error("Key (digest)=(canary) of 'canary' exists"), {
                  code: '23505',
                  detail: 'canary',
                })
              },
        ]),
      ) as unknown as typeof repository
      const { acme: unlucky } = await openManager({ repository: failing })
      const error = await call(unlucky, scene).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({
        code: 'repository_failed',
        message: 'The key repository failed (Error, 23505)',
      })
      const { inspect } = await import('node:util')
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary')
    },
  )
})
