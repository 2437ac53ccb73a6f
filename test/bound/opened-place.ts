import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { migrateToLatest } from 'rest-api-key/sql'
import { redisUrl } from '../support/services.js'
import { libsqlDatabase, mariadbDatabase, postgresDatabase } from '../support/sql-databases.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import type { Place } from './backend.js'

/** A place that is empty at first, with a proxy in front of its feed. */
export interface OpenedPlace {
  readonly place: Place
  /** None for a file. */
  readonly proxy: TcpProxy | undefined
  /** Removes all that is there. */
  close(): Promise<void>
}

export async function openPlace(kind: Place['kind']): Promise<OpenedPlace> {
  const prefix = `bound.${randomUUID()}`
  const { url, close } = kind === 'redis' ? redisPlace(prefix) : await sqlPlace(kind)
  if (kind === 'sqlite') return { place: { kind, url, feedUrl: url, prefix }, proxy: undefined, close }
  const proxy = await tcpProxy(new URL(url))
  const feedUrl = new URL(url)
  feedUrl.port = `${proxy.port}`
  return {
    place: { kind, url, feedUrl: feedUrl.href, prefix },
    proxy,
    async close() {
      proxy.close()
      await close()
    },
  }
}

async function sqlPlace(kind: keyof typeof databases) {
  const { db, location, close } = await databases[kind]()
  await migrateToLatest(db)
  return { url: location, close }
}

const databases = { postgres: postgresDatabase, mariadb: mariadbDatabase, sqlite: libsqlDatabase }

function redisPlace(prefix: string) {
  const url = redisUrl()
  return {
    url,
    async close() {
      const redis = new Redis(url)
      for await (const keys of redis.scanStream({ match: `{${prefix}}*`, count: 1_000 })) {
        if (keys.length > 0) await redis.unlink(...(keys as string[]))
      }
      redis.disconnect()
    },
  }
}
