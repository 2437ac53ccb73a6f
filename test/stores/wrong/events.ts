import { type MemoryStore, memoryStore } from 'rest-api-key'
import type { AuditEvent } from 'rest-api-key/management'
import { everything, hidden, type WrongRepository } from './repository.js'

/** Adds an event without a change: the group that comes with it is another tenant's. */
const writeEvent = (store: MemoryStore, event: AuditEvent) =>
  store.insertGroup(
    {
      id: event.id,
      tenantId: 'nobody',
      name: '-',
      description: null,
      version: 1,
      createdAt: event.at,
      updatedAt: event.at,
    },
    event,
  )

/** The audit, uses, restarts and the change feed. */
export const wrongEvents: readonly WrongRepository[] = [
  {
    wrong: 'writes the event although the change of a key is refused',
    instead: (store) => ({
      async replaceKey(key, version, event) {
        const isDone = await store.replaceKey(key, version, event)
        if (!isDone) await writeEvent(store, event)
        return isDone
      },
    }),
    fails: 'key-one-winner audit-with-change',
  },
  {
    wrong: 'writes the event although a deletion is refused',
    instead: (store) => ({
      async deleteGroup(tenantId, id, version, event) {
        const outcome = await store.deleteGroup(tenantId, id, version, event)
        if (outcome !== 'deleted') await writeEvent(store, event)
        return outcome
      },
    }),
    fails: 'audit-with-change',
  },
  {
    wrong: 'writes the event although an insertion is refused',
    instead: (store) => ({
      async insertKeys(keys, events) {
        const outcome = await store.insertKeys(keys, events)
        if (outcome !== 'inserted') for (const event of events) await writeEvent(store, event)
        return outcome
      },
    }),
    fails: 'digest-taken group-missing',
  },
  {
    wrong: 'changes a key without an event',
    instead: (store) => ({
      replaceKey: (key, version, event) => store.replaceKey(key, version, hidden(event)),
    }),
    fails: 'key-one-winner text-exact audit-order',
  },
  {
    wrong: 'deletes a key without an event',
    instead: (store) => ({
      deleteKey: (tenantId, id, version, event) => store.deleteKey(tenantId, id, version, hidden(event)),
    }),
    fails: 'audit-with-change',
  },
  {
    wrong: 'creates a key without an event',
    instead: (store) => ({ insertKeys: (keys, events) => store.insertKeys(keys, events.map(hidden)) }),
    fails: 'key-one-winner tenants-exact audit-with-change audit-order restart',
  },
  {
    wrong: 'creates a group without an event',
    instead: (store) => ({ insertGroup: (group, event) => store.insertGroup(group, hidden(event)) }),
    fails: 'tenants-exact audit-with-change audit-order restart',
  },
  {
    wrong: 'changes a group without an event',
    instead: (store) => ({
      replaceGroup: (group, version, event) => store.replaceGroup(group, version, hidden(event)),
    }),
    fails: 'audit-with-change',
  },
  {
    wrong: 'deletes a group without an event',
    instead: (store) => ({
      deleteGroup: (tenantId, id, version, event) => store.deleteGroup(tenantId, id, version, hidden(event)),
    }),
    fails: 'audit-with-change',
  },
  {
    wrong: 'loses what was before a change',
    instead: (store) => ({
      listAudit: async (tenantId, query) =>
        (await store.listAudit(tenantId, query)).map((event) => ({ ...event, before: null })),
    }),
    fails: 'audit-with-change',
  },
  {
    wrong: 'lists the oldest events first',
    instead: (store) => ({
      listAudit: async (tenantId, query) => (await store.listAudit(tenantId, query)).toReversed(),
    }),
    fails: 'audit-with-change audit-order',
  },
  {
    wrong: 'lists the events of every key',
    instead: (store) => ({
      listAudit: (tenantId, query) => store.listAudit(tenantId, { ...query, keyId: null }),
    }),
    fails: 'key-one-winner digest-taken audit-order',
  },
  {
    wrong: 'lists the events of every group',
    instead: (store) => ({
      listAudit: (tenantId, query) => store.listAudit(tenantId, { ...query, groupId: null }),
    }),
    fails: 'audit-order',
  },
  {
    wrong: 'moves the last use back',
    instead: (store) => {
      const uses = new Map<string, Date>()
      return {
        async touch(touched) {
          for (const { id, at } of touched) uses.set(id, at)
        },
        async findKey(tenantId, id) {
          const key = await store.findKey(tenantId, id)
          return key && { ...key, lastUsedAt: uses.get(id) ?? null }
        },
      }
    },
    fails: 'touch',
  },
  {
    wrong: 'takes a use for a change',
    instead: (store) => ({
      async touch(uses) {
        await store.touch(uses)
        for (const key of await store.listKeys('acme', everything)) {
          const event = (await store.listAudit('acme', everything))[0] as AuditEvent
          await store.replaceKey({ ...key, version: key.version + 1 }, key.version, hidden(event))
        }
      },
    }),
    fails: 'touch',
  },
  {
    wrong: 'forgets the last use when a key is changed',
    instead: (store) => {
      const uses = new Map<string, Date>()
      return {
        async touch(touched) {
          for (const { id, at } of touched) if (at > (uses.get(id) ?? new Date(0))) uses.set(id, at)
        },
        async findKey(tenantId, id) {
          const key = await store.findKey(tenantId, id)
          return key && { ...key, lastUsedAt: uses.get(id) ?? null }
        },
        async replaceKey(key, version, event) {
          uses.delete(key.id)
          return store.replaceKey(key, version, event)
        },
      }
    },
    fails: 'touch',
  },
  { wrong: 'forgets everything at a restart', instead: () => ({}), reopen: memoryStore, fails: 'restart' },
  {
    wrong: 'tells one change of many',
    instead: (store) => {
      let isInserting = false
      return {
        async insertKeys(keys, events) {
          isInserting = true
          return store.insertKeys(keys, events)
        },
        changes: {
          subscribe: (listener) =>
            store.changes.subscribe({
              ...listener,
              changed(digest) {
                if (isInserting) listener.changed(digest)
                isInserting = false
              },
            }),
        },
      }
    },
    fails: 'change-told',
  },
  {
    wrong: 'tells no change',
    instead: () => ({
      changes: {
        subscribe(listener) {
          listener.connected()
          return async () => {}
        },
      },
    }),
    fails: 'change-told',
  },
  {
    wrong: 'tells changes when the write has settled already',
    instead: (store) => ({
      changes: {
        subscribe: (listener) =>
          store.changes.subscribe({
            ...listener,
            changed: (digest) => void setImmediate(() => listener.changed(digest)),
          }),
      },
    }),
    fails: 'change-told',
  },
  {
    wrong: 'goes on telling changes to those who have left',
    instead: (store) => ({
      changes: {
        subscribe(listener) {
          store.changes.subscribe(listener)
          return async () => {}
        },
      },
    }),
    fails: 'change-told',
  },
]
