export type { RedisFeedClient } from './feed-connection.js'
export { type RedisChangesOptions, redisChanges } from './redis-changes.js'
export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './redis-client.js'
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis-store.js'
