import assert from 'node:assert/strict'
import type { StoredKey } from '../../management/key-repository.js'
import { limits } from '../../management/limits.js'
import {
  all,
  allEvents,
  allKeys,
  entryOf,
  event,
  lookUp,
  type RepositoryRule,
  start,
  withGroup,
  withKey,
} from './fixtures.js'

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

export const tenantRules: readonly RepositoryRule[] = [
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
]
