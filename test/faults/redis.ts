import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { redisChanges, redisStore } from 'rest-api-key/redis'
import { redis as service } from '../../scripts/services/redis.js'
import type { Backend } from './backend.js'

const server: Omit<Backend, 'name' | 'driver' | 'connect'> = {
  service,
  feedNeedsWrites: true,
  // Written before the answer, which is enough for a server that dies; not for a machine.
  settings: ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  prepare: async (url) => url,
  async version(url) {
    const info = String(await execute(url, 'INFO', 'server'))
    return `Redis ${/redis_version:(\S+)/.exec(info)?.[1]}`
  },
  async killConnections(url) {
    await execute(url, 'CLIENT', 'KILL', 'SKIPME', 'yes')
  },
  // A full memory would not do: Redis goes on with a script that begins by freeing some.
  async setReadOnly(url, isReadOnly) {
    await execute(url, 'CONFIG', 'SET', 'min-replicas-to-write', isReadOnly ? '1' : '0')
  },
}

export const ioredis: Backend = {
  ...server,
  name: 'Redis, ioredis',
  driver: 'ioredis',
  async connect(url, { storeTimeoutMs, heartbeatMs, timeoutMs }) {
    const client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: storeTimeoutMs,
      commandTimeout: storeTimeoutMs,
      socketTimeout: storeTimeoutMs,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
    })
    client.on('error', () => {})
    await client.connect()
    return {
      store: redisStore(client),
      // The feed has limits of its own, and waits longer than others may.
      changes: redisChanges(() => new Redis(url, { lazyConnect: true }), { heartbeatMs, timeoutMs }),
      detectionMs: heartbeatMs + timeoutMs,
      close: async () => client.disconnect(),
    }
  },
}

export const nodeRedis: Backend = {
  ...server,
  name: 'Redis, node-redis',
  driver: 'redis',
  async connect(url, { storeTimeoutMs, heartbeatMs, timeoutMs }) {
    const client = createClient({
      url,
      socket: {
        connectTimeout: storeTimeoutMs,
        socketTimeout: 2.5 * storeTimeoutMs,
        reconnectStrategy: (attempt) => Math.min(100 * attempt, 1_000),
      },
      commandOptions: { timeout: storeTimeoutMs },
    })
    client.on('error', () => {})
    await client.connect()
    const watch = setInterval(() => {
      if (!client.isReady) return
      const silent = setTimeout(() => {
        client.destroy()
        client.connect().catch(() => {})
      }, storeTimeoutMs)
      client
        .ping()
        .catch(() => {})
        .finally(() => clearTimeout(silent))
    }, storeTimeoutMs)
    return {
      store: redisStore(client),
      changes: redisChanges(() => createClient({ url }), { heartbeatMs, timeoutMs }),
      detectionMs: heartbeatMs + timeoutMs,
      async close() {
        clearInterval(watch)
        if (client.isOpen) client.destroy()
      },
    }
  },
}

async function execute(url: string, command: string, ...args: readonly string[]): Promise<unknown> {
  const client = new Redis(url)
  try {
    return await client.call(command, ...args)
  } finally {
    client.disconnect()
  }
}
