import { randomUUID } from 'node:crypto'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisClient, RedisFeedClient } from 'rest-api-key/redis'
import { afterAll } from 'vitest'
import { redisClusterUrls, redisUrl } from './services.js'

export interface OpenRedis {
  readonly client: RedisClient
  /** Another client, not yet connected, by whose name its connections can be told. */
  duplicate(name: string): RedisFeedClient
  /** Ends the connections at once. */
  close(): unknown
}

/** The clients and kinds of servers over which a store must behave alike. */
export const redisClients: readonly (readonly [name: string, open: () => Promise<OpenRedis>])[] = [
  ['ioredis', openIoRedis],
  ['node-redis', openNodeRedis],
  ['ioredis on a cluster', openIoRedisCluster],
  ['node-redis on a cluster', openNodeRedisCluster],
]

export async function openIoRedis(): Promise<OpenRedis & { readonly client: Redis }> {
  const client = new Redis(redisUrl(), { lazyConnect: true })
  await client.connect()
  return {
    client,
    duplicate: (connectionName) => client.duplicate({ connectionName }),
    close: () => client.disconnect(),
  }
}

async function openNodeRedis(): Promise<OpenRedis> {
  const client = createClient({ url: redisUrl() }).on('error', () => {})
  await client.connect()
  return {
    client,
    duplicate: (name) => client.duplicate({ name }),
    close: () => client.destroy(),
  }
}

async function openIoRedisCluster(): Promise<OpenRedis> {
  const client = new Cluster(redisClusterUrls(), { lazyConnect: true })
  await client.connect()
  return {
    client,
    duplicate: (connectionName) => client.duplicate([], { redisOptions: { connectionName } }),
    close: () => client.disconnect(),
  }
}

async function openNodeRedisCluster(): Promise<OpenRedis> {
  const rootNodes = redisClusterUrls().map((url) => ({ url }))
  const client = createCluster({ rootNodes }).on('error', () => {})
  await client.connect()
  return {
    client,
    duplicate: (name) => client.duplicate({ defaults: { name } }),
    close: () => client.destroy(),
  }
}

/** A connection to each node of the cluster, past what a cluster's client hides. */
export function openNodes(): { nodes: readonly Redis[]; close(): void } {
  const nodes = redisClusterUrls().map((url) => new Redis(url))
  return { nodes, close: () => nodes.forEach((node) => void node.disconnect()) }
}

/** The keys whose names match. */
export async function keysIn(redis: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>()
  for await (const some of redis.scanStream({ match: pattern, count: 1_000 })) {
    for (const key of some as string[]) keys.add(key)
  }
  return [...keys]
}

/** Makes prefixes of its own for a test file; what is kept under them is removed in the end. */
export function ownPrefixes(): () => string {
  const run = randomUUID()
  let count = 0
  afterAll(async () => {
    const { nodes, close } = openNodes()
    const single = await openIoRedis()
    for (const redis of [single.client, ...nodes]) {
      const keys = await keysIn(redis, `{${run}.*`)
      await Promise.all(keys.map((key) => redis.unlink(key)))
    }
    single.close()
    close()
  })
  return () => `${run}.${count++}`
}
