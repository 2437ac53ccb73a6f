import { randomUUID } from 'node:crypto'
import { isReferenceId, referenceIdForm } from '../credentials.js'
import { type Digest, parseDigests } from '../digest.js'
import { RestApiKeyError } from '../errors.js'
import { compileIpRules } from '../ip-rules.js'
import { type KeyRecord, parseKeyRecord } from '../key-record.js'
import type { KeyUse } from '../key-store.js'
import { createLocalFeed } from '../local-feed.js'
import type { AuditEvent } from '../management/audit-event.js'
import { hintOf } from '../management/hint.js'
import type { KeyEntry } from '../management/key-entry.js'
import type { KeyGroup } from '../management/key-group.js'
import {
  type KeyRepository,
  type PageQuery,
  type StoredKey,
  searchTextOf,
} from '../management/key-repository.js'
import { assertOptions, invalidOption, invalidSecret } from '../options.js'
import { referenceIds } from '../reference-ids.js'
import { sha256Digest } from '../sha256-digest.js'

/** A key given by its Reference ID; what is left out gets a default. */
export interface MemoryKeySeed extends Partial<Omit<KeyRecord, 'digest' | 'tenantId'>> {
  /** Kept as a digest only. */
  readonly referenceId: string
  readonly tenantId: string
}

/** What a memory store begins with. */
export interface MemoryStoreOptions {
  /** The keys to begin with; of a seed, `activated` is `true` and `id` is random unless given. Default: none. */
  readonly keys?: readonly (MemoryKeySeed | KeyRecord)[]
  /** How a seed's Reference ID becomes a digest: what the authorizer is given; of a list, the first. Default `sha256Digest()`. */
  readonly digest?: Digest | readonly Digest[]
}

/** A store and repository in memory, for tests and examples. Everything in it ends with the process. */
export interface MemoryStore extends Required<KeyRepository> {
  /** Adds a key, or replaces the one with the same `id`. Authorizers on this store act on it at once. */
  put(key: MemoryKeySeed | KeyRecord): KeyRecord
  /** Deletes the key with this `id`; `false` if there is none. */
  remove(id: string): boolean
}

/**
 * The embedded default: everything that a store and a repository can do, in memory.
 *
 * @throws {RestApiKeyError} `invalid_option`, `invalid_record` or `invalid_ip_rule` if a key cannot be used.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 *
 * const store = memoryStore({
 *   keys: [{ referenceId: '0123456789ABCDEF0123456789ABCDEF', tenantId: 'acme', allowedIps: ['192.0.2.0/24'] }],
 * })
 * createAuthorizer({ store })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  assertOptions('memoryStore', options, ['keys', 'digest'])
  const { keys: seeds = [], digest: digestOption = sha256Digest() } = options
  if (!Array.isArray(seeds)) throw invalidOption('keys', 'a list of keys', seeds)
  const [digest] = parseDigests('digest', digestOption) as readonly [Digest]
  // What no group or key has for an id is looked up all the same.
  const groups = new Map<string | null, KeyGroup>()
  const keys = new Map<string | undefined, StoredKey>()
  const idsByDigest = new Map<string, string>()
  const events: AuditEvent[] = []
  const { changes, changed } = createLocalFeed()

  function write(key: StoredKey): void {
    const previous = keys.get(key.id)
    if (previous !== undefined) erase(previous)
    keys.set(key.id, structuredClone(key))
    idsByDigest.set(key.digest, key.id)
    changed(key.digest)
  }

  function erase({ id, digest: erased }: StoredKey): void {
    keys.delete(id)
    idsByDigest.delete(erased)
    changed(erased)
  }

  function stored(wanted: string): StoredKey | undefined {
    return keys.get(idsByDigest.get(wanted))
  }

  const store: MemoryStore = {
    put(key) {
      if (typeof key !== 'object' || key === null) throw invalidOption('keys', 'a list of objects', key)
      const record = 'referenceId' in key ? fromSeed(key, digest) : key
      compileIpRules(parseKeyRecord(record, record.digest).allowedIps)
      const holder = idsByDigest.get(record.digest)
      if (holder !== undefined && holder !== record.id) {
        throw new RestApiKeyError('invalid_option', '"keys" cannot hold two keys of one Reference ID')
      }
      const hint = 'referenceId' in key ? hintOf(key.referenceId, referenceIds()) : '…'
      write(toStored(record, hint, keys.get(record.id)))
      return recordOf(stored(record.digest) as StoredKey)
    },

    remove(id) {
      const key = keys.get(id)
      if (key !== undefined) erase(key)
      return key !== undefined
    },

    async findByDigest(wanted) {
      const key = stored(wanted)
      return key === undefined ? null : recordOf(key)
    },

    async findManyByDigest(wanted) {
      return [...new Set(wanted)].flatMap((one) => stored(one) ?? []).map(recordOf)
    },

    async touch(uses: readonly KeyUse[]) {
      for (const { id, at } of uses) {
        const key = keys.get(id)
        if (key !== undefined && (key.lastUsedAt === null || key.lastUsedAt < at)) {
          keys.set(id, { ...key, lastUsedAt: new Date(at) })
        }
      }
    },

    changes,

    async insertGroup(group, event) {
      groups.set(group.id, structuredClone(group))
      events.push(structuredClone(event))
    },

    async findGroup(tenantId, id) {
      return ownedBy(tenantId, groups.get(id))
    },

    async listGroups(tenantId, query) {
      const own = [...groups.values()].filter((group) => group.tenantId === tenantId)
      return pageOf(own, ({ createdAt, id }) => ({ at: createdAt, id }), query)
    },

    async replaceGroup(group, version, event) {
      if (ownedBy(group.tenantId, groups.get(group.id))?.version !== version) return false
      await store.insertGroup(group, event)
      return true
    },

    async deleteGroup(tenantId, id, version, event) {
      if (ownedBy(tenantId, groups.get(id))?.version !== version) return 'changed'
      if ([...keys.values()].some((key) => key.groupId === id)) return 'not_empty'
      groups.delete(id)
      events.push(structuredClone(event))
      return 'deleted'
    },

    async insertKeys(inserted, theirEvents) {
      if (inserted.some(({ tenantId, groupId }) => ownedBy(tenantId, groups.get(groupId)) === null)) {
        return 'group_missing'
      }
      const digests = new Set(inserted.map((key) => key.digest))
      if (digests.size < inserted.length || [...digests].some((one) => idsByDigest.has(one)))
        return 'digest_taken'
      inserted.forEach(write)
      events.push(...structuredClone(theirEvents))
      return 'inserted'
    },

    async findKey(tenantId, id) {
      const key = ownedBy(tenantId, keys.get(id))
      return key === null ? null : entryOf(key)
    },

    async listKeys(tenantId, { groupId, search, ...query }) {
      const own = [...keys.values()].filter(
        (key) =>
          key.tenantId === tenantId &&
          (groupId === null || key.groupId === groupId) &&
          (search === null || searchTextOf(key).includes(search)),
      )
      return pageOf(own, ({ createdAt, id }) => ({ at: createdAt, id }), query).map(entryOf)
    },

    async replaceKey(key, version, event) {
      const previous = ownedBy(key.tenantId, keys.get(key.id))
      if (previous?.version !== version) return false
      write({ ...key, digest: previous.digest, lastUsedAt: previous.lastUsedAt })
      events.push(structuredClone(event))
      return true
    },

    async deleteKey(tenantId, id, version, event) {
      const key = ownedBy(tenantId, keys.get(id))
      if (key?.version !== version) return false
      events.push(structuredClone(event))
      erase(key)
      return true
    },

    async listAudit(tenantId, { groupId, keyId, ...query }) {
      const own = events.filter(
        (event) =>
          event.tenantId === tenantId &&
          (groupId === null || event.groupId === groupId) &&
          (keyId === null || event.keyId === keyId),
      )
      return pageOf(own, ({ at, id }) => ({ at, id }), query, -1)
    },
  }

  for (const seed of seeds) store.put(seed)
  return Object.freeze(store)
}

function fromSeed({ referenceId, id = randomUUID(), ...facts }: MemoryKeySeed, digest: Digest): KeyRecord {
  if (typeof referenceId !== 'string' || !isReferenceId(referenceId)) {
    throw invalidSecret('referenceId', referenceIdForm, referenceId)
  }
  return { id, activated: true, ...facts, digest: digest(referenceId) }
}

function toStored(record: KeyRecord, hint: string, previous: StoredKey | undefined): StoredKey {
  const { id, digest, tenantId, activated } = record
  const now = new Date()
  return {
    id,
    digest,
    tenantId,
    activated,
    groupId: record.groupId ?? null,
    description: record.description ?? null,
    onBehalfOf: record.onBehalfOf ?? null,
    inRole: record.inRole ?? null,
    allowedIps: record.allowedIps ?? [],
    expiresAt: record.expiresAt ?? null,
    metadata: record.metadata ?? null,
    hint,
    version: (previous?.version ?? 0) + 1,
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
    lastUsedAt: previous?.lastUsedAt ?? null,
  }
}

function recordOf(key: StoredKey): KeyRecord {
  const {
    hint: _,
    version: __,
    createdAt: ___,
    updatedAt: ____,
    lastUsedAt: _____,
    ...record
  } = structuredClone(key)
  return record
}

function entryOf(key: StoredKey): KeyEntry {
  const { digest: _, ...entry } = structuredClone(key)
  return entry
}

function ownedBy<Item extends { readonly tenantId: string }>(
  tenantId: string,
  item: Item | undefined,
): Item | null {
  return item !== undefined && item.tenantId === tenantId ? structuredClone(item) : null
}

/** Sorts by moment, then id, and takes what is behind the position; `direction` -1 for the latest first. */
function pageOf<Item>(
  items: readonly Item[],
  positionOf: (item: Item) => { at: Date; id: string },
  { after, limit }: PageQuery,
  direction: 1 | -1 = 1,
): Item[] {
  const compare = (a: { at: Date; id: string }, b: { at: Date; id: string }) =>
    direction * (a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return structuredClone(
    items
      .filter((item) => after === null || compare(positionOf(item), after) > 0)
      .sort((a, b) => compare(positionOf(a), positionOf(b)))
      .slice(0, limit),
  )
}
