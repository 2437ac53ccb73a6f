import type { KeyRepository } from '../../management/key-repository.js'
import { assertOptions } from '../../options.js'
import { auditOf } from './audit.js'
import { groupsOf } from './groups.js'
import { keyNames } from './key-names.js'
import { keysOf } from './keys.js'
import { lookUpsOf } from './look-ups.js'
import { parsePrefix } from './prefix.js'
import { type RedisClient, senderOf } from './redis-client.js'

/** Where the store is in Redis. */
export interface RedisStoreOptions {
  /**
   * Begins every key in Redis, as a hash tag: `{rest-api-key}:…`. At most 100 visible ASCII characters without braces.
   * Stores of different prefixes know nothing of each other. Default `rest-api-key`.
   */
  readonly prefix?: string
}

/** A store and repository in Redis. */
export interface RedisStore extends Required<KeyRepository> {}

/**
 * Keeps groups, keys and audit in Redis, over a client of ioredis or node-redis that the application has connected and
 * closes itself. A look-up is one `GET`; every change is one Lua script. `redisChanges` tells other processes of it.
 *
 * Limits
 * - All keys of a store share one hash tag, hence one slot and one master of a cluster.
 * - A search reads through the keys of the tenant or the group.
 * - Reads must reach the master. Sentinel of node-redis fits as
 *   `{ sendCommand: (args: string[]) => sentinel.sendCommand(false, args) }`.
 * - Redis must not evict (`maxmemory-policy noeviction`). It can lose the latest changes, revocations included, when it
 *   restarts or fails over to a replica.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option and what was expected.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { createAuthorizer } from 'rest-api-key'
 * import { redisStore } from 'rest-api-key/redis'
 *
 * const redis = new Redis('redis://127.0.0.1:6379')
 * export const authorizer = createAuthorizer({ store: redisStore(redis) })
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  assertOptions('redisStore', options, ['prefix'])
  const names = keyNames(parsePrefix(options.prefix))
  const backend = { send: senderOf(client), names }
  return Object.freeze({
    ...lookUpsOf(backend),
    ...groupsOf(backend),
    ...keysOf(backend),
    ...auditOf(backend),
  })
}
