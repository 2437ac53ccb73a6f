/**
 * Keeps groups and keys in Redis or a Redis Cluster, and tells of changes there.
 *
 * @module rest-api-key/redis
 */

export type { RedisFeedClient } from './feed-connection.js'
export { type RedisChangesOptions, redisChanges } from './redis-changes.js'
export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './redis-client.js'
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis-store.js'
