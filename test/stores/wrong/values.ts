import type { KeyEntry, StoredKey } from 'rest-api-key/management'
import type { WrongRepository } from './repository.js'

/** Writes something else than the keys that it was given. */
const writing =
  (other: <Key extends KeyEntry>(key: Key) => Key): WrongRepository['instead'] =>
  (store) => ({
    insertKeys: (keys, events) => store.insertKeys(keys.map(other), events),
    replaceKey: (key, version, event) => store.replaceKey(other(key), version, event),
  })

/** Fields of a key. */
export const wrongValues: readonly WrongRepository[] = [
  {
    wrong: 'truncates texts',
    instead: writing((key) => ({ ...key, description: key.description?.slice(0, 255) ?? null })),
    fails: 'text-longest',
  },
  {
    wrong: 'loses characters of four bytes',
    instead: writing((key) => ({
      ...key,
      description: key.description?.replace(/[\u{10000}-\u{10ffff}]/gu, '?') ?? null,
    })),
    fails: 'text-exact',
  },
  {
    wrong: 'loses milliseconds',
    instead: writing((key) => ({ ...key, updatedAt: new Date(Math.floor(+key.updatedAt / 1_000) * 1_000) })),
    fails: 'key-round-trip key-lost-update',
  },
  {
    wrong: 'returns absent metadata as an empty object',
    instead: writing((key) => ({ ...key, metadata: key.metadata ?? {} })),
    fails: 'key-round-trip key-lost-update tenants-apart tenants-exact touch restart',
  },
  {
    wrong: 'gives authorizers what a key was at first',
    instead: (store) => {
      const first = new Map<string, StoredKey>()
      return {
        async insertKeys(keys, events) {
          for (const key of keys) first.set(key.digest, key)
          return store.insertKeys(keys, events)
        },
        async findByDigest(digest, options) {
          const found = await store.findByDigest(digest, options)
          return found && { ...found, activated: first.get(digest)?.activated ?? true }
        },
      }
    },
    fails: 'key-as-record',
  },
]
