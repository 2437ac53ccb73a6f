import type { MemoryStore } from 'rest-api-key'
import type { AuditEvent } from 'rest-api-key/management'
import { everything, hidden, type WrongRepository } from './repository.js'

/** Versions, groups and digests. */
export const wrongChanges: readonly WrongRepository[] = [
  {
    wrong: 'replaces a key whatever its version is',
    instead: (store) => ({
      async replaceKey(key, _, event) {
        const current = await store.findKey(key.tenantId, key.id)
        return current !== null && store.replaceKey(key, current.version, event)
      },
    }),
    fails: 'key-lost-update audit-with-change',
  },
  {
    wrong: 'looks at the version of a key before it writes, but not when it writes',
    instead: (store) => ({
      async replaceKey(key, version, event) {
        const read = async () => (await store.findKey(key.tenantId, key.id))?.version
        if ((await read()) !== version) return false
        await new Promise(setImmediate)
        return store.replaceKey(key, (await read()) as number, event)
      },
    }),
    fails: 'key-one-winner',
  },
  {
    wrong: 'replaces a group whatever its version is',
    instead: (store) => ({
      async replaceGroup(group, _, event) {
        const current = await store.findGroup(group.tenantId, group.id)
        return current !== null && store.replaceGroup(group, current.version, event)
      },
    }),
    fails: 'group-replace audit-with-change',
  },
  {
    wrong: "loses a group's description",
    instead: (store) => ({
      insertGroup: (group, event) => store.insertGroup({ ...group, description: null }, event),
    }),
    fails: 'group-round-trip text-exact text-longest',
  },
  {
    wrong: 'deletes a key whatever its version is',
    instead: (store) => ({
      async deleteKey(tenantId, id, _, event) {
        const current = await store.findKey(tenantId, id)
        return current !== null && store.deleteKey(tenantId, id, current.version, event)
      },
    }),
    fails: 'key-lost-update audit-with-change',
  },
  {
    wrong: 'deletes a group whatever its version is',
    instead: (store) => ({
      async deleteGroup(tenantId, id, version, event) {
        const current = await store.findGroup(tenantId, id)
        return store.deleteGroup(tenantId, id, current?.version ?? version, event)
      },
    }),
    fails: 'group-delete',
  },
  {
    wrong: 'deletes the keys of a group with it',
    instead: (store) => ({
      async deleteGroup(tenantId, id, version, event) {
        for (const key of await store.listKeys(tenantId, { ...everything, groupId: id })) store.remove(key.id)
        return store.deleteGroup(tenantId, id, version, event)
      },
    }),
    fails: 'group-delete audit-with-change',
  },
  {
    wrong: 'deletes no group while any group of the tenant has keys',
    instead: (store) => ({
      async deleteGroup(tenantId, id, version, event) {
        if ((await store.listKeys(tenantId, everything)).length > 0) return 'not_empty'
        return store.deleteGroup(tenantId, id, version, event)
      },
    }),
    fails: 'group-delete',
  },
  {
    wrong: 'keeps keys that come in while their group is deleted',
    instead: (store) => {
      const deleted = new Set<string>()
      const findGroup: MemoryStore['findGroup'] = async (tenantId, id) =>
        deleted.has(id) ? null : store.findGroup(tenantId, id)
      return {
        findGroup,
        async deleteGroup(tenantId, id, version, event) {
          if ((await findGroup(tenantId, id))?.version !== version) return 'changed'
          if ((await store.listKeys(tenantId, { ...everything, groupId: id })).length > 0) return 'not_empty'
          await new Promise(setImmediate)
          deleted.add(id)
          return (await store.deleteGroup(tenantId, id, version, event)) && 'deleted'
        },
        async insertKeys(keys, events) {
          for (const { tenantId, groupId } of keys) {
            if ((await findGroup(tenantId, groupId as string)) === null) return 'group_missing'
          }
          await new Promise(setImmediate)
          return store.insertKeys(keys, events)
        },
      }
    },
    fails: 'group-race',
  },
  {
    wrong: 'takes keys without a group',
    instead: (store) => ({
      async insertKeys(keys, events) {
        for (const [index, { tenantId, groupId }] of keys.entries()) {
          const isMissing = (await store.findGroup(tenantId, groupId as string)) === null
          const event = events[index] as AuditEvent
          const group = { name: '-', description: null, version: 1, createdAt: event.at, updatedAt: event.at }
          if (isMissing) await store.insertGroup({ ...group, id: groupId as string, tenantId }, hidden(event))
        }
        return store.insertKeys(keys, events)
      },
    }),
    fails: 'group-missing group-race',
  },
  {
    wrong: 'looks for the group of the first key only',
    instead: (store) => ({
      insertKeys: (keys, events) =>
        store.insertKeys(
          keys.map((key) => ({ ...key, groupId: keys[0]?.groupId ?? null })),
          events,
        ),
    }),
    fails: 'group-missing',
  },
  {
    wrong: 'takes a digest twice',
    instead: (store) => ({
      async insertKeys(keys, events) {
        const outcome = await store.insertKeys(keys, events)
        return outcome === 'digest_taken' ? 'inserted' : outcome
      },
    }),
    fails: 'digest-taken digest-race',
  },
  {
    wrong: 'takes a digest once a tenant',
    instead: (store) => ({
      async insertKeys(keys, events) {
        const outcome = await store.insertKeys(keys, events)
        if (outcome !== 'digest_taken') return outcome
        const known = await store.findManyByDigest(
          keys.map(({ digest }) => digest),
          { signal: new AbortController().signal },
        )
        return known.some(({ tenantId }) => tenantId !== keys[0]?.tenantId) ? 'inserted' : outcome
      },
    }),
    fails: 'digest-taken',
  },
  {
    wrong: 'never takes the digest of a deleted key again',
    instead: (store) => {
      const used = new Set<string>()
      return {
        async insertKeys(keys, events) {
          if (keys.some(({ digest }) => used.has(digest))) return 'digest_taken'
          const outcome = await store.insertKeys(keys, events)
          if (outcome === 'inserted') for (const { digest } of keys) used.add(digest)
          return outcome
        },
      }
    },
    fails: 'digest-again',
  },
  {
    wrong: 'inserts keys one by one until one is refused',
    instead: (store) => ({
      async insertKeys(keys, events) {
        for (const [index, key] of keys.entries()) {
          const outcome = await store.insertKeys([key], [events[index] as AuditEvent])
          if (outcome !== 'inserted') return outcome
        }
        return 'inserted'
      },
    }),
    fails: 'digest-taken group-missing',
  },
]
