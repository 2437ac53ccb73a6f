import { randomUUID } from 'node:crypto'
import type { ChangeFeed, ChangeListener } from '../change-feed.js'
import { isReferenceId, referenceIdForm } from '../credentials.js'
import { cacheKeyOf, type Digest, parseDigests } from '../digest.js'
import { compileIpRules } from '../ip-rules.js'
import { frozenJson } from '../json.js'
import { type KeyRecord, parseKeyRecord } from '../key-record.js'
import type { KeyStore, KeyUse } from '../key-store.js'
import { assertOptions, invalidOption } from '../options.js'
import { sha256Digest } from '../sha256-digest.js'

/** A key given by its Reference ID; what is left out gets a default. */
export interface MemoryKeySeed extends Partial<Omit<KeyRecord, 'digest' | 'tenantId'>> {
  /** Kept as a digest only. */
  readonly referenceId: string
  readonly tenantId: string
}

export interface MemoryStoreOptions {
  /** The keys to begin with; of a seed, `activated` is `true` and `id` is random unless given. Default: none. */
  readonly keys?: readonly (MemoryKeySeed | KeyRecord)[]
  /** How a seed's Reference ID becomes a digest: what the authorizer is given; of a list, the first. Default `sha256Digest()`. */
  readonly digest?: Digest | readonly Digest[]
}

/** A store in memory, for tests and examples. Everything in it ends with the process. */
export interface MemoryStore extends Required<KeyStore> {
  /** Adds a key, or replaces the one with the same `id`. Authorizers on this store act on it at once. */
  put(key: MemoryKeySeed | KeyRecord): KeyRecord
  /** Deletes the key with this `id`; `false` if there is none. */
  remove(id: string): boolean
  /** When the key with this `id` was last used, as far as `touch` was told. */
  lastUsedAt(id: string): Date | undefined
}

/**
 * The embedded default: everything that a store can do, in memory.
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
  const { keys = [] } = options
  if (!Array.isArray(keys)) throw invalidOption('keys', 'a list of keys', keys)
  const [digest] = parseDigests('digest', options.digest ?? sha256Digest()) as readonly [Digest]
  const byDigest = new Map<string, KeyRecord>()
  const byId = new Map<string, KeyRecord>()
  const lastUses = new Map<string, Date>()
  const { changes, changed } = createFeed()

  function put(key: MemoryKeySeed | KeyRecord): KeyRecord {
    const record = toRecord(key, digest)
    const holder = byDigest.get(record.digest)
    if (holder !== undefined && holder.id !== record.id) {
      throw invalidOption('keys', 'without two keys of one Reference ID', keys)
    }
    const previous = byId.get(record.id)
    if (previous !== undefined) byDigest.delete(previous.digest)
    byDigest.set(record.digest, record)
    byId.set(record.id, record)
    if (previous !== undefined && previous.digest !== record.digest) changed(previous.digest)
    changed(record.digest)
    return copyOf(record)
  }

  for (const key of keys) put(key)

  return Object.freeze({
    put,
    remove(id: string) {
      const record = byId.get(id)
      if (record === undefined) return false
      byId.delete(id)
      byDigest.delete(record.digest)
      lastUses.delete(id)
      changed(record.digest)
      return true
    },
    lastUsedAt: (id: string) => lastUses.get(id),
    findByDigest: async (wanted: string) => {
      const record = byDigest.get(wanted)
      return record === undefined ? null : copyOf(record)
    },
    findManyByDigest: async (wanted: readonly string[]) =>
      [...new Set(wanted)].flatMap((one) => byDigest.get(one) ?? []).map(copyOf),
    touch: async (uses: readonly KeyUse[]) => {
      for (const { id, at } of uses) {
        if (byId.has(id) && !((lastUses.get(id)?.getTime() ?? Number.NEGATIVE_INFINITY) >= at.getTime())) {
          lastUses.set(id, new Date(at))
        }
      }
    },
    changes,
  })
}

function toRecord(key: MemoryKeySeed | KeyRecord, digest: Digest): KeyRecord {
  const record = 'referenceId' in key ? fromSeed(key, digest) : key
  const { allowedIps } = parseKeyRecord(record, record.digest)
  compileIpRules(allowedIps)
  return copyOf(record)
}

function fromSeed({ referenceId, ...facts }: MemoryKeySeed, digest: Digest): KeyRecord {
  if (typeof referenceId !== 'string' || !isReferenceId(referenceId)) {
    throw invalidOption('referenceId', referenceIdForm, referenceId)
  }
  return { id: randomUUID(), activated: true, ...facts, digest: digest(referenceId) }
}

/** Shares nothing that can be changed. */
function copyOf(record: KeyRecord): KeyRecord {
  const { allowedIps, expiresAt, metadata } = record
  return {
    ...record,
    ...(allowedIps && { allowedIps: [...allowedIps] }),
    ...(expiresAt && { expiresAt: new Date(expiresAt) }),
    ...(metadata && { metadata: frozenJson(metadata) as NonNullable<KeyRecord['metadata']> }),
  }
}

function createFeed(): { changes: ChangeFeed; changed(digest: string): void } {
  const listeners = new Set<ChangeListener>()
  return {
    changes: Object.freeze({
      subscribe(listener: ChangeListener) {
        listeners.add(listener)
        listener.connected()
        return async () => void listeners.delete(listener)
      },
    }),
    changed(digest) {
      for (const listener of listeners) listener.changed(cacheKeyOf(digest))
    },
  }
}
