import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { KeyRecord } from '../key-record.js'
import type { AuditEvent } from '../management/audit-event.js'
import type { KeyEntry } from '../management/key-entry.js'
import type { KeyGroup } from '../management/key-group.js'
import type { KeyRepository, StoredKey } from '../management/key-repository.js'
import { limits } from '../management/limits.js'
import { sha256Digest } from '../sha256-digest.js'
import type { ConformanceCase } from './conformance-case.js'

/** An empty repository and what the cases need around it. */
export interface KeyRepositoryHarness {
  readonly store: KeyRepository
  /** Another object over the same data, as after a restart. Left out where everything ends with the process. */
  reopen?(): KeyRepository | Promise<KeyRepository>
  /** Called after each case. */
  close?(): unknown
}

type Rule = (repository: KeyRepository, harness: KeyRepositoryHarness) => Promise<void>

/**
 * The contract of `KeyRepository` as cases for any test runner. Each opens a repository of its own. Run `keyStoreCases`
 * beside them: a repository is a store as well.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryStore } from 'rest-api-key'
 * import { keyRepositoryCases } from 'rest-api-key/testing'
 *
 * for (const { id, name, run } of keyRepositoryCases(() => ({ store: memoryStore() }))) test(`${id}: ${name}`, run)
 * ```
 */
export function keyRepositoryCases(
  open: () => KeyRepositoryHarness | Promise<KeyRepositoryHarness>,
): readonly ConformanceCase[] {
  return rules.map(([id, name, rule]) => ({
    id,
    name,
    async run() {
      const harness = await open()
      try {
        await rule(harness.store, harness)
      } finally {
        await harness.close?.()
      }
    },
  }))
}

const digest = sha256Digest()
const start = Date.parse('2026-01-01T00:00:00.000Z')
const all = { after: null, limit: 1_000 }
const allKeys = { ...all, groupId: null, search: null }
const allEvents = { ...all, groupId: null, keyId: null }
const lookUp = () => ({ signal: new AbortController().signal })

function group(more: Partial<KeyGroup> = {}): KeyGroup {
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

function key(groupId: string, more: Partial<StoredKey> = {}): StoredKey {
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

function event(
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

function entryOf({ digest: _, ...entry }: StoredKey): KeyEntry {
  return entry
}

async function withGroup(repository: KeyRepository, more: Partial<KeyGroup> = {}): Promise<KeyGroup> {
  const added = group(more)
  await repository.insertGroup(added, event(added))
  return added
}

async function withKey(
  repository: KeyRepository,
  groupId: string,
  more: Partial<StoredKey> = {},
): Promise<StoredKey> {
  const added = key(groupId, more)
  assert.equal(await repository.insertKeys([added], [event(added)]), 'inserted')
  return added
}

async function idsOf(pages: Promise<readonly { readonly id: string }[]>): Promise<string[]> {
  return (await pages).map(({ id }) => id)
}

/** Reads a list to its end, page by page, doing something between the pages. */
async function readAll(
  repository: KeyRepository,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = []
  let after: { at: Date; id: string } | null = null
  for (let page = 0; ; page++) {
    const items: readonly KeyEntry[] = await repository.listKeys('acme', { ...allKeys, after, limit })
    const last = items.at(-1)
    if (last === undefined) return ids
    ids.push(...items.map(({ id }) => id))
    after = { at: last.createdAt, id: last.id }
    await between(page)
  }
}

/** Before, at and behind the moment at which everything is made, unless it says otherwise. */
const positions = [null, ...[-1, 0, 1].map((offset) => ({ at: new Date(start + offset), id: '0' }))]

const nasty = [
  "'; DROP TABLE keys; --",
  '" OR ""="',
  '\\',
  '$1 ? :x @y',
  '%_[]*',
  '<b onclick="x">&amp;',
  'line\nbreak\ttab\r\n',
  '漢字 😀 é e\u0301',
  ' blanks around ',
  '{"$ne":null}',
  '*3\r\n$3\r\nSET\r\n',
]

const lookAlikes = [
  'acme',
  'Acme',
  'ACME',
  'acmé',
  'acme\u0301',
  'acme ',
  ' acme',
  '0',
  '00',
  '0.0',
  'acme%',
  'acm_',
  'a:b',
  'a',
  'b',
]

const rules: readonly (readonly [id: string, name: string, rule: Rule])[] = [
  [
    'group-round-trip',
    'keeps a group as it was written',
    async (repository) => {
      const added = await withGroup(repository, { name: 'Name', description: 'Text', version: 1 })
      assert.deepEqual(await repository.findGroup('acme', added.id), added)
      assert.deepEqual(await repository.listGroups('acme', all), [added])
      assert.equal(await repository.findGroup('acme', randomUUID()), null)
    },
  ],
  [
    'group-replace',
    'replaces a group of the expected version only',
    async (repository) => {
      const added = await withGroup(repository)
      const changed = { ...added, name: 'Other', version: 2, updatedAt: new Date(start + 1) }
      assert.equal(await repository.replaceGroup({ ...changed, name: 'Lost' }, 7, event(added)), false)
      assert.equal(await repository.replaceGroup(changed, 1, event(added)), true)
      assert.equal(await repository.replaceGroup({ ...changed, name: 'Lost' }, 1, event(added)), false)
      assert.deepEqual(await repository.findGroup('acme', added.id), changed)
      assert.equal(await repository.replaceGroup(group(), 1, event(added)), false)
    },
  ],
  [
    'group-delete',
    'deletes an empty group of the expected version only',
    async (repository) => {
      const added = await withGroup(repository)
      const kept = await withKey(repository, added.id)
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'not_empty')
      assert.equal(await repository.deleteKey('acme', kept.id, 1, event(kept)), true)
      assert.equal(await repository.deleteGroup('acme', added.id, 2, event(added)), 'changed')
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'deleted')
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'changed')
      assert.equal(await repository.findGroup('acme', added.id), null)
      assert.deepEqual(await repository.listGroups('acme', all), [])
    },
  ],
  [
    'group-page',
    'lists groups in the order of their creation, page by page',
    async (repository) => {
      const added: KeyGroup[] = []
      for (const offset of [3, 1, 2, 2]) {
        added.push(await withGroup(repository, { createdAt: new Date(start + offset) }))
      }
      const ids = added
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
        .map(({ id }) => id)
      assert.deepEqual(await idsOf(repository.listGroups('acme', { after: null, limit: 2 })), ids.slice(0, 2))
      const { createdAt: at, id } = added[1] as KeyGroup
      assert.deepEqual(
        await idsOf(repository.listGroups('acme', { after: { at, id }, limit: 9 })),
        ids.slice(2),
      )
    },
  ],
  [
    'key-round-trip',
    'keeps every field of a key as it was written',
    async (repository) => {
      const { id } = await withGroup(repository)
      const full = await withKey(repository, id, {
        activated: false,
        description: 'Nightly import',
        onBehalfOf: 'jdoe',
        inRole: 'Operator',
        allowedIps: ['192.0.2.7', '2001:db8::/32', '198.51.100.1-198.51.100.9'],
        expiresAt: new Date('2999-12-31T23:59:59.999Z'),
        metadata: { plan: 'gold', list: [1, 2.5, null, true, { deep: 'x' }] },
        createdAt: new Date(start + 1),
        updatedAt: new Date(start + 2),
        version: 7,
      })
      const plain = await withKey(repository, id)
      assert.deepEqual(await repository.findKey('acme', full.id), entryOf(full))
      assert.deepEqual(await repository.findKey('acme', plain.id), entryOf(plain))
      assert.deepEqual(await repository.listKeys('acme', allKeys), [entryOf(plain), entryOf(full)])
      assert.equal(await repository.findKey('acme', randomUUID()), null)
    },
  ],
  [
    'key-as-record',
    'gives an authorizer the record of what was written, changed and deleted',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id, { inRole: 'Operator', allowedIps: ['192.0.2.7'] })
      const found = (await repository.findByDigest(added.digest, lookUp())) as KeyRecord
      assert.equal(found.digest, added.digest)
      assert.equal(found.tenantId, 'acme')
      assert.equal(found.activated, true)
      assert.equal(found.inRole, 'Operator')
      assert.deepEqual(found.allowedIps, ['192.0.2.7'])
      await repository.replaceKey({ ...entryOf(added), activated: false, version: 2 }, 1, event(added))
      assert.equal((await repository.findByDigest(added.digest, lookUp()))?.activated, false)
      await repository.deleteKey('acme', added.id, 2, event(added))
      assert.equal(await repository.findByDigest(added.digest, lookUp()), null)
    },
  ],
  [
    'key-lost-update',
    'replaces and deletes a key of the expected version only',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      const changed = { ...entryOf(added), description: 'first', version: 2, updatedAt: new Date(start + 1) }
      assert.equal(await repository.replaceKey(changed, 1, event(added)), true)
      assert.equal(await repository.replaceKey({ ...changed, description: 'lost' }, 1, event(added)), false)
      assert.equal(await repository.deleteKey('acme', added.id, 1, event(added)), false)
      assert.deepEqual(await repository.findKey('acme', added.id), changed)
      assert.equal(await repository.replaceKey(entryOf(key(id)), 1, event(added)), false)
    },
  ],
  [
    'key-one-winner',
    'lets exactly one of many simultaneous changes through',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          repository.replaceKey({ ...entryOf(added), description: `${index}`, version: 2 }, 1, event(added)),
        ),
      )
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal((await repository.findKey('acme', added.id))?.description, `${outcomes.indexOf(true)}`)
      assert.equal((await repository.listAudit('acme', { ...allEvents, keyId: added.id })).length, 2)
    },
  ],
  [
    'digest-taken',
    'takes a digest once, in whichever tenant, and writes nothing otherwise',
    async (repository) => {
      const own = await withGroup(repository)
      const other = await withGroup(repository, { tenantId: 'globex' })
      const first = await withKey(repository, own.id)
      const again = [
        key(own.id, { digest: first.digest }),
        key(other.id, { digest: first.digest, tenantId: 'globex' }),
      ]
      for (const one of again) {
        const innocent = key(one.groupId as string, { tenantId: one.tenantId })
        assert.equal(
          await repository.insertKeys([innocent, one], [event(innocent), event(one)]),
          'digest_taken',
        )
        assert.equal(await repository.findKey(one.tenantId, innocent.id), null)
        assert.equal(await repository.findByDigest(innocent.digest, lookUp()), null)
        assert.deepEqual(await repository.listAudit(one.tenantId, { ...allEvents, keyId: innocent.id }), [])
      }
      const twins = [key(own.id, { digest: digest('twin') }), key(own.id, { digest: digest('twin') })]
      assert.equal(
        await repository.insertKeys(
          twins,
          twins.map((twin) => event(twin)),
        ),
        'digest_taken',
      )
      assert.equal(await repository.findByDigest(digest('twin'), lookUp()), null)
      assert.equal((await repository.findByDigest(first.digest, lookUp()))?.id, first.id)
    },
  ],
  [
    'digest-race',
    'lets exactly one of many simultaneous insertions of a digest through',
    async (repository) => {
      const { id } = await withGroup(repository)
      const rivals = Array.from({ length: 8 }, () => key(id, { digest: digest('rival') }))
      const outcomes = await Promise.all(
        rivals.map((rival) => repository.insertKeys([rival], [event(rival)])),
      )
      assert.deepEqual(outcomes.toSorted(), [...Array(7).fill('digest_taken'), 'inserted'])
      assert.equal((await repository.listKeys('acme', allKeys)).length, 1)
    },
  ],
  [
    'digest-again',
    'takes the digest of a deleted key again',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      await repository.deleteKey('acme', added.id, 1, event(added))
      const again = await withKey(repository, id, { digest: added.digest })
      assert.equal((await repository.findByDigest(added.digest, lookUp()))?.id, again.id)
    },
  ],
  [
    'group-missing',
    'refuses keys of a group that is not there, or that is of another tenant',
    async (repository) => {
      const other = await withGroup(repository, { tenantId: 'globex' })
      for (const groupId of [randomUUID(), other.id]) {
        const orphan = key(groupId)
        assert.equal(await repository.insertKeys([orphan], [event(orphan)]), 'group_missing')
        assert.equal(await repository.findKey('acme', orphan.id), null)
        assert.deepEqual(await repository.listAudit('acme', allEvents), [])
      }
    },
  ],
  [
    'group-race',
    'never leaves a key without its group, whoever comes first',
    async (repository) => {
      for (let round = 0; round < 5; round++) {
        const added = await withGroup(repository)
        const newcomers = Array.from({ length: 4 }, () => key(added.id))
        const [deletion, ...insertions] = await Promise.all([
          repository.deleteGroup('acme', added.id, 1, event(added)),
          ...newcomers.map((newcomer) => repository.insertKeys([newcomer], [event(newcomer)])),
        ])
        const isThere = (await repository.findGroup('acme', added.id)) !== null
        assert.equal(isThere, deletion !== 'deleted')
        for (const outcome of insertions) assert.equal(outcome, isThere ? outcome : 'group_missing')
        const orphans = await repository.listKeys('acme', { ...allKeys, groupId: added.id })
        assert.equal(orphans.length, insertions.filter((outcome) => outcome === 'inserted').length)
      }
    },
  ],
  [
    'tenants-apart',
    'shows and does nothing of another tenant, in any call',
    async (repository) => {
      const own = await withGroup(repository)
      const kept = await withKey(repository, own.id)
      const { id } = own
      assert.equal(await repository.findGroup('globex', id), null)
      assert.deepEqual(await repository.listGroups('globex', all), [])
      assert.equal(
        await repository.replaceGroup({ ...own, tenantId: 'globex', version: 2 }, 1, event(own)),
        false,
      )
      assert.equal(await repository.deleteGroup('globex', id, 1, event(own)), 'changed')
      assert.equal(await repository.findKey('globex', kept.id), null)
      assert.deepEqual(await repository.listKeys('globex', allKeys), [])
      assert.deepEqual(await repository.listKeys('globex', { ...allKeys, groupId: id }), [])
      assert.equal(
        await repository.replaceKey({ ...entryOf(kept), tenantId: 'globex', version: 2 }, 1, event(kept)),
        false,
      )
      assert.equal(await repository.deleteKey('globex', kept.id, 1, event(kept)), false)
      assert.deepEqual(await repository.listAudit('globex', { ...allEvents, keyId: kept.id }), [])
      for (const after of positions) {
        assert.deepEqual(await repository.listGroups('globex', { ...all, after }), [])
        assert.deepEqual(await repository.listKeys('globex', { ...allKeys, after }), [])
        assert.deepEqual(await repository.listKeys('globex', { ...allKeys, after, search: 'rak_' }), [])
        assert.deepEqual(await repository.listAudit('globex', { ...allEvents, after }), [])
      }
      assert.deepEqual(await repository.findKey('acme', kept.id), entryOf(kept))
      assert.deepEqual(await repository.findGroup('acme', id), own)
    },
  ],
  [
    'tenants-exact',
    'tells tenants apart that differ by case, accent, blank or number form only',
    async (repository) => {
      const keys = new Map<string, StoredKey>()
      for (const tenantId of lookAlikes) {
        const { id } = await withGroup(repository, { tenantId, name: tenantId })
        keys.set(tenantId, await withKey(repository, id, { tenantId }))
      }
      for (const tenantId of lookAlikes) {
        const own = keys.get(tenantId) as StoredKey
        assert.deepEqual(
          (await repository.listGroups(tenantId, all)).map(({ name }) => name),
          [tenantId],
        )
        assert.deepEqual(await repository.listKeys(tenantId, allKeys), [entryOf(own)])
        assert.equal((await repository.listAudit(tenantId, allEvents)).length, 2)
        for (const other of lookAlikes) {
          assert.equal((await repository.findKey(other, own.id)) !== null, other === tenantId)
        }
        assert.equal((await repository.findByDigest(own.digest, lookUp()))?.tenantId, tenantId)
      }
    },
  ],
  [
    'text-exact',
    'keeps markup, quotes, wildcards and characters of four bytes unchanged in every field',
    async (repository) => {
      for (const text of nasty) {
        const added = await withGroup(repository, { tenantId: text, name: text, description: text })
        const kept = await withKey(repository, added.id, {
          tenantId: text,
          description: text,
          onBehalfOf: text,
          inRole: text,
          hint: text,
          metadata: { [text]: text },
        })
        const told = event(kept, { actor: { userId: text, role: text }, after: { [text]: text } })
        const changed = { ...entryOf(kept), version: 2 }
        assert.equal(await repository.replaceKey(changed, 1, told), true)
        assert.deepEqual(await repository.findGroup(text, added.id), added)
        assert.deepEqual(await repository.findKey(text, kept.id), changed)
        const events = await repository.listAudit(text, { ...allEvents, keyId: kept.id })
        assert.deepEqual(
          events.find(({ id }) => id === told.id),
          told,
        )
        for (const id of [text, `${kept.id} `]) {
          assert.equal(await repository.findKey(text, id).catch(() => null), null)
          assert.equal(await repository.findGroup(text, id).catch(() => null), null)
        }
      }
    },
  ],
  [
    'text-longest',
    'keeps the longest texts that a manager lets through, whole',
    async (repository) => {
      const long = (length: number) => '漢'.repeat(length)
      const tenantId = long(limits.tenantId)
      const added = await withGroup(repository, {
        tenantId,
        name: long(limits.groupName),
        description: long(limits.description),
      })
      const kept = await withKey(repository, added.id, {
        tenantId,
        description: long(limits.description),
        onBehalfOf: long(limits.onBehalfOf),
        inRole: long(limits.inRole),
        allowedIps: Array.from({ length: 1_000 }, (_, index) => `2001:db8::${index.toString(16)}/128`),
        metadata: { text: long(limits.metadata - 20) },
      })
      assert.deepEqual(await repository.findGroup(tenantId, added.id), added)
      assert.deepEqual(await repository.findKey(tenantId, kept.id), entryOf(kept))
    },
  ],
  [
    'page-order',
    'lists keys in the order of their creation, those of one millisecond by id',
    async (repository) => {
      const { id } = await withGroup(repository)
      const keys = Array.from({ length: 9 }, (_, index) =>
        key(id, { createdAt: new Date(start + (index % 3)) }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const expected = keys
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
        .map((one) => one.id)
      for (const limit of [1, 2, 4, 9, 20]) assert.deepEqual(await readAll(repository, limit), expected)
    },
  ],
  [
    'page-stable',
    'repeats and skips nothing while keys are added and deleted between pages',
    async (repository) => {
      const { id } = await withGroup(repository)
      const keys = Array.from({ length: 12 }, (_, index) =>
        key(id, { createdAt: new Date(start + 10 * index) }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const at = (index: number) => keys[index] as StoredKey
      const read = await readAll(repository, 3, async (page) => {
        if (page === 0) {
          await repository.deleteKey('acme', at(0).id, 1, event(at(0)))
          await repository.deleteKey('acme', at(2).id, 1, event(at(2)))
          await withKey(repository, id, { createdAt: new Date(start + 5) })
          await withKey(repository, id, { createdAt: new Date(start + 1_000), id: 'late' })
        }
        if (page === 1) await repository.deleteKey('acme', at(11).id, 1, event(at(11)))
      })
      assert.deepEqual(read, [...keys.slice(0, 11).map((one) => one.id), 'late'])
    },
  ],
  [
    'page-group',
    'lists the keys of one group',
    async (repository) => {
      const [one, two] = [await withGroup(repository), await withGroup(repository)]
      const first = await withKey(repository, one.id)
      const second = await withKey(repository, two.id)
      for (const after of [null, { at: new Date(start - 1), id: '' }, { at: new Date(start), id: '' }]) {
        const query = { ...allKeys, after }
        assert.deepEqual(await idsOf(repository.listKeys('acme', { ...query, groupId: one.id })), [first.id])
        assert.deepEqual(await idsOf(repository.listKeys('acme', { ...query, groupId: two.id })), [second.id])
      }
      assert.deepEqual(await repository.listKeys('acme', { ...allKeys, groupId: randomUUID() }), [])
    },
  ],
  [
    'search',
    'finds keys by any part of hint, description, On Behalf Of and In Role, in any case, wildcards taken literally',
    async (repository) => {
      const { id } = await withGroup(repository)
      const texts = [
        { description: 'Nightly IMPORT of orders' },
        { onBehalfOf: 'jdoe@example.com' },
        { inRole: 'Read_Only 100%' },
        { hint: 'rak_…Zz9Q' },
        { description: 'ÄRZTE \\ Büro' },
      ]
      const keys = texts.map((text, index) =>
        key(id, { createdAt: new Date(start + index), hint: '…', ...text }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const table: readonly (readonly [search: string, found: readonly number[]])[] = [
        ['import', [0]],
        ['doe@', [1]],
        ['read_only', [2]],
        ['100%', [2]],
        ['zz9q', [3]],
        ['ärzte', [4]],
        ['\\', [4]],
        ['%', [2]],
        ['_', [2, 3]],
        ['r', [0, 2, 3, 4]],
        ['nothing of it', []],
        ["' or 1=1 --", []],
      ]
      for (const [search, found] of table) {
        assert.deepEqual(
          await idsOf(repository.listKeys('acme', { ...allKeys, search })),
          found.map((index) => keys[index]?.id),
          search,
        )
      }
      const after = { at: new Date(start), id: keys[0]?.id as string }
      assert.deepEqual(await idsOf(repository.listKeys('acme', { ...allKeys, after, search: 'r' })), [
        ...[2, 3, 4].map((index) => keys[index]?.id),
      ])
      const [zero] = keys as [StoredKey]
      await repository.replaceKey({ ...entryOf(zero), description: 'renamed', version: 2 }, 1, event(zero))
      assert.deepEqual(await repository.listKeys('acme', { ...allKeys, search: 'import' }), [])
      assert.deepEqual(await idsOf(repository.listKeys('acme', { ...allKeys, search: 'renamed' })), [zero.id])
      assert.deepEqual(
        await repository.listKeys('acme', { ...allKeys, search: 'renamed', groupId: 'none' }),
        [],
      )
    },
  ],
  [
    'audit-with-change',
    'writes the event with the change, or neither',
    async (repository) => {
      const added = await withGroup(repository)
      const kept = await withKey(repository, added.id)
      const before = await repository.listAudit('acme', allEvents)
      assert.equal(before.length, 2)
      await repository.replaceGroup({ ...added, version: 3 }, 2, event(added))
      await repository.replaceKey({ ...entryOf(kept), version: 3 }, 2, event(kept))
      await repository.deleteKey('acme', kept.id, 2, event(kept))
      await repository.deleteGroup('acme', added.id, 1, event(added))
      await repository.deleteGroup('acme', added.id, 9, event(added))
      assert.deepEqual(await repository.listAudit('acme', allEvents), before)
      const told = event(kept, {
        action: 'key.delete',
        at: new Date(start + 5),
        before: { allowedIps: ['192.0.2.7'], nested: { list: [1, null] } },
        after: null,
        actor: { userId: 'jdoe', role: null },
      })
      await repository.deleteKey('acme', kept.id, 1, told)
      assert.deepEqual((await repository.listAudit('acme', allEvents))[0], told)
      const renamed = event(added, { at: new Date(start + 6) })
      await repository.replaceGroup({ ...added, name: 'Other', version: 2 }, 1, renamed)
      assert.deepEqual((await repository.listAudit('acme', allEvents))[0], renamed)
      const deleted = event(added, { action: 'group.delete', at: new Date(start + 7), after: null })
      await repository.deleteGroup('acme', added.id, 2, deleted)
      assert.deepEqual((await repository.listAudit('acme', allEvents))[0], deleted)
    },
  ],
  [
    'audit-order',
    'lists events of a group or a key, the latest first, page by page',
    async (repository) => {
      const added = await withGroup(repository)
      const kept = await withKey(repository, added.id)
      let current = entryOf(kept)
      const told: AuditEvent[] = []
      for (let index = 1; index <= 4; index++) {
        const next = event(kept, { at: new Date(start + Math.ceil(index / 2)) })
        current = { ...current, version: index + 1 }
        assert.equal(await repository.replaceKey(current, index, next), true)
        told.push(next)
      }
      const expected = told
        .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id)
      const ofKey = { ...allEvents, keyId: kept.id }
      assert.deepEqual((await idsOf(repository.listAudit('acme', ofKey))).slice(0, 4), expected)
      const [first, second] = await repository.listAudit('acme', { ...ofKey, limit: 2 })
      assert.deepEqual([first?.id, second?.id], expected.slice(0, 2))
      const after = { at: (second as AuditEvent).at, id: (second as AuditEvent).id }
      const behind = await idsOf(repository.listAudit('acme', { ...ofKey, after }))
      assert.deepEqual(behind.slice(0, 2), expected.slice(2))
      assert.equal(behind.length, 3)
      assert.equal((await repository.listAudit('acme', { ...allEvents, groupId: added.id })).length, 6)
      assert.equal((await repository.listAudit('acme', ofKey)).length, 5)
    },
  ],
  [
    'touch',
    'moves the last use forward only, without changing anything else',
    async (repository) => {
      if (repository.touch === undefined) return
      const { id } = await withGroup(repository)
      const kept = await withKey(repository, id)
      const later = new Date(start + 2_000)
      await repository.touch([
        { id: kept.id, at: later },
        { id: 'nobody', at: later },
      ])
      await repository.touch([{ id: kept.id, at: new Date(start + 1_000) }])
      assert.deepEqual(await repository.findKey('acme', kept.id), { ...entryOf(kept), lastUsedAt: later })
      const changed = { ...entryOf(kept), version: 2, lastUsedAt: null }
      assert.equal(await repository.replaceKey(changed, 1, event(kept)), true)
      assert.deepEqual(await repository.findKey('acme', kept.id), { ...changed, lastUsedAt: later })
    },
  ],
  [
    'change-told',
    'tells every change of a key before the write settles',
    async (repository) => {
      if (repository.changes === undefined) return
      const heard: string[] = []
      const end = repository.changes.subscribe({
        connected() {},
        lost() {},
        flush: () => heard.push('*'),
        changed: (changed) => heard.push(changed),
      })
      const wasTold = (wanted: string) => heard.splice(0).some((one) => one === wanted || one === '*')
      const { id } = await withGroup(repository)
      heard.length = 0
      const twins = [key(id), key(id)]
      await repository.insertKeys(
        twins,
        twins.map((twin) => event(twin)),
      )
      const told = heard.splice(0)
      const isTold = told.includes('*') || twins.every((twin) => told.includes(twin.digest))
      assert.ok(isTold, 'creation of several')
      const kept = await withKey(repository, id)
      assert.ok(wasTold(kept.digest), 'creation')
      await repository.replaceKey({ ...entryOf(kept), activated: false, version: 2 }, 1, event(kept))
      assert.ok(wasTold(kept.digest), 'change')
      await repository.deleteKey('acme', kept.id, 2, event(kept))
      assert.ok(wasTold(kept.digest), 'deletion')
      await end()
      await withKey(repository, id)
      assert.deepEqual(heard, [])
    },
  ],
  [
    'restart',
    'keeps everything over a restart',
    async (repository, { reopen }) => {
      if (reopen === undefined) return
      const added = await withGroup(repository)
      const kept = await withKey(repository, added.id, { description: 'kept' })
      const again = await reopen()
      assert.deepEqual(await again.findGroup('acme', added.id), added)
      assert.deepEqual(await again.findKey('acme', kept.id), entryOf(kept))
      assert.equal((await again.findByDigest(kept.digest, lookUp()))?.id, kept.id)
      assert.equal((await again.listAudit('acme', allEvents)).length, 2)
    },
  ],
]
