import type { ChangeFeed } from '../../change-feed.js'
import { createLocalFeed } from '../../local-feed.js'
import type { KeyEntry } from '../../management/key-entry.js'
import { type KeyRepository, type StoredKey, searchTextOf } from '../../management/key-repository.js'
import { announced, trimmed } from './change-stream.js'
import { type Backend, commit } from './commit.js'
import { absent, present, unchanged, type Write } from './conditional-write.js'
import { listed, readPage, searchBatch, unlisted } from './order.js'
import { readTexts } from './redis-client.js'
import { keyOf, keyText } from './stored-json.js'

type Keys = Pick<KeyRepository, 'insertKeys' | 'findKey' | 'listKeys' | 'replaceKey' | 'deleteKey'> & {
  readonly changes: ChangeFeed
}

/** The part of a store that holds the keys, as management sees them. */
export function keysOf(backend: Backend): Keys {
  const { send, names } = backend
  const { changes, changed } = createLocalFeed()

  /** The keys that there are among these, each with the text that must still be there when it is changed. */
  async function readAll(ids: readonly string[]) {
    const replies = await readTexts(send, [...ids.map(names.digestOf), ...ids.map(names.lastUse)])
    const known = ids.flatMap((id, index) => {
      const digest = replies[index] ?? null
      return digest === null ? [] : { id, digest, lastUse: replies[ids.length + index] ?? null }
    })
    const records = known.map(({ digest }) => names.record(digest))
    const texts = await readTexts(send, records)
    return known.flatMap(({ id, digest, lastUse }, index) => {
      const text = texts[index] ?? null
      if (text === null) return []
      const key = keyOf(text, digest, lastUse)
      // Between the two reads a key can be deleted and its digest be taken by another one.
      return key.id === id ? { key, text } : []
    })
  }

  async function read(tenantId: string, id: string) {
    return (await readAll([id])).find(({ key }) => key.tenantId === tenantId)
  }

  /** Tells of the digests when it is over: a write that fails may have taken place all the same. */
  async function told<T>(digests: readonly string[], write: Promise<T>): Promise<T> {
    try {
      return await write
    } finally {
      digests.forEach(changed)
    }
  }

  function ordersOf({ tenantId, groupId }: KeyEntry): readonly string[] {
    const order = names.keys(tenantId)
    return groupId === null ? [order] : [order, names.keysOfGroup(tenantId, groupId)]
  }

  function written(key: StoredKey): readonly Write[] {
    return [
      ...ordersOf(key).map((order) => listed(order, key.createdAt, key.id)),
      ['SET', names.record(key.digest), keyText(key)],
    ]
  }

  /** In a Redis that is full a script may write once it has written what takes no room: keys can be revoked there. */
  function toldFirst(digest: string): readonly Write[] {
    const stream = names.changes()
    return [trimmed(stream), announced(stream, digest)]
  }

  function forgotten(key: StoredKey): readonly Write[] {
    return ordersOf(key).map((order) => unlisted(order, key.createdAt, key.id))
  }

  return {
    changes,

    async insertKeys(keys, events) {
      if (keys.length === 0) return 'inserted'
      const digests = keys.map(({ digest }) => digest)
      if (new Set(digests).size < keys.length) return 'digest_taken'
      const groups = new Set(keys.map(({ tenantId, groupId }) => names.group(tenantId, groupId ?? '')))
      const failed = await told(
        digests,
        commit(
          backend,
          [
            ...[...groups].map((group) => present(group, 'group_missing' as const)),
            ...digests.map((digest) => absent(names.record(digest), 'digest_taken' as const)),
            ...keys.map(({ id }) => absent(names.digestOf(id), 'id_taken' as const)),
          ],
          [
            ...digests.map((digest) => announced(names.changes(), digest)),
            ...keys.flatMap((key): Write[] => [['SET', names.digestOf(key.id), key.digest], ...written(key)]),
          ],
          events,
        ),
      )
      return failed ?? 'inserted'
    },

    async findKey(tenantId, id) {
      const found = await read(tenantId, id)
      return found === undefined ? null : entryOf(found.key)
    },

    async listKeys(tenantId, { groupId, search, ...query }) {
      const order = groupId === null ? names.keys(tenantId) : names.keysOfGroup(tenantId, groupId)
      const batch = search === null ? 1 : searchBatch
      return readPage(send, order, query, { batch }, async (ids) =>
        (await readAll(ids))
          .map(({ key }) => entryOf(key))
          .filter(
            (key) => key.tenantId === tenantId && (search === null || searchTextOf(key).includes(search)),
          ),
      )
    },

    async replaceKey(key, version, event) {
      const found = await read(key.tenantId, key.id)
      if (found?.key.version !== version) return false
      const { digest, groupId } = found.key
      const checks = [unchanged(names.record(digest), found.text, 'changed')]
      if (key.groupId !== null && key.groupId !== groupId) {
        checks.push(present(names.group(key.tenantId, key.groupId), 'changed'))
      }
      const writes = [...toldFirst(digest), ...forgotten(found.key), ...written({ ...key, digest })]
      return (await told([digest], commit(backend, checks, writes, [event]))) === null
    },

    async deleteKey(tenantId, id, version, event) {
      const found = await read(tenantId, id)
      if (found?.key.version !== version) return false
      const { digest } = found.key
      const checks = [unchanged(names.record(digest), found.text, 'changed')]
      const deleted = [names.record(digest), names.digestOf(id), names.lastUse(id)]
      const writes = [
        ...toldFirst(digest),
        ...forgotten(found.key),
        ...deleted.map((key) => ['DEL', key] as const),
      ]
      return (await told([digest], commit(backend, checks, writes, [event]))) === null
    },
  }
}

function entryOf({ digest: _, ...entry }: StoredKey): KeyEntry {
  return entry
}
