import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  all,
  allEvents,
  allKeys,
  event,
  group,
  key,
  type RepositoryRule,
  start,
  withGroup,
  withKey,
} from './fixtures.js'

export const groupRules: readonly RepositoryRule[] = [
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
      const other = await withGroup(repository)
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'not_empty')
      assert.equal(await repository.deleteGroup('acme', other.id, 1, event(other)), 'deleted')
      assert.equal(await repository.deleteKey('acme', kept.id, 1, event(kept)), true)
      assert.equal(await repository.deleteGroup('acme', added.id, 2, event(added)), 'changed')
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'deleted')
      assert.equal(await repository.deleteGroup('acme', added.id, 1, event(added)), 'changed')
      assert.equal(await repository.findGroup('acme', added.id), null)
      assert.deepEqual(await repository.listGroups('acme', all), [])
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
      const own = await withGroup(repository)
      const mixed = [key(own.id), key(other.id)]
      const events = mixed.map((one) => event(one))
      assert.equal(await repository.insertKeys(mixed, events), 'group_missing')
      assert.deepEqual(await repository.listKeys('acme', allKeys), [])
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
]
