import { type RedisClient, redisStore } from '../../stores/redis/index.js'
import type { OpenStore, StoreOptions } from './open-store.js'
import { isInProject, projectPackages } from './project-packages.js'

interface Client {
  readonly client: RedisClient
  connect(): Promise<unknown>
  close(): void
}

/** Longer than a healthy server takes, shorter than somebody waits. */
const connectTimeoutMs = 10_000

export async function openRedis(url: string, { redisPrefix }: StoreOptions): Promise<OpenStore> {
  const newClient = isInProject('redis') && !isInProject('ioredis') ? nodeRedis : ioRedis
  const { client, connect, close } = newClient(url)
  const repository = redisStore(client, redisPrefix === undefined ? {} : { prefix: redisPrefix })
  try {
    await connect()
  } catch (error) {
    close()
    throw error
  }
  return {
    repository,
    migrate: async () => {},
    isMigrated: async () => true,
    close: async () => close(),
  }
}

// Neither connects again: a command that has lost its server says so and ends.

function ioRedis(url: string): Client {
  const [{ Redis }] = projectPackages<[typeof import('ioredis')]>('ioredis')
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // Unheard it would be printed.
  client.on('error', () => {})
  return { client, connect: () => client.connect(), close: () => client.disconnect() }
}

function nodeRedis(url: string): Client {
  const [{ createClient }] = projectPackages<[typeof import('redis')]>('redis')
  const client = createClient({ url, socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false } })
  client.on('error', () => {})
  return {
    client,
    connect: () => client.connect(),
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}
