import assert from 'node:assert/strict'
import type { AuditEvent } from '../../management/audit-event.js'
import {
  allEvents,
  entryOf,
  event,
  idsOf,
  type RepositoryRule,
  start,
  withGroup,
  withKey,
} from './fixtures.js'

export const auditRules: readonly RepositoryRule[] = [
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
      const other = await withGroup(repository)
      assert.equal((await repository.listAudit('acme', { ...allEvents, groupId: added.id })).length, 6)
      assert.equal((await repository.listAudit('acme', { ...allEvents, groupId: other.id })).length, 1)
      assert.equal((await repository.listAudit('acme', ofKey)).length, 5)
    },
  ],
]
