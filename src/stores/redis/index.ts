export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './redis-client.js'
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis-store.js'
