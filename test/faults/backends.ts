import type { Backend } from './backend.js'
import { mariadb } from './mariadb.js'
import { postgres } from './postgres.js'
import { ioredis, nodeRedis } from './redis.js'

export const backends: readonly Backend[] = [postgres, mariadb, ioredis, nodeRedis]
