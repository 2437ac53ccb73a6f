import { createAuthorizer } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import { type IoRedisClient, redisStore } from 'rest-api-key/redis'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { openManager, withKey } from '../management/support.js'
import { outcomeOf, requestWith } from '../support/key-requests.js'
import { openIoRedis, ownPrefixes } from '../support/redis-clients.js'
import {
  libsqlDatabase,
  mariadbDatabase,
  type OpenDatabase,
  postgresDatabase,
} from '../support/sql-databases.js'

interface Opened {
  readonly store: KeyRepository
  /** Everything that was sent to the database so far, each beginning with what it does. */
  readonly sent: readonly string[]
  close(): Promise<void>
}

async function sql(open: () => Promise<OpenDatabase>): Promise<Opened> {
  const database = await open()
  await migrateToLatest(database.db)
  const sent: string[] = []
  const store = sqlStore(database.connect((statement) => sent.push(statement)))
  return { store, sent, close: database.close }
}

const prefixOf = ownPrefixes()

async function redis(): Promise<Opened> {
  const { client, close } = await openIoRedis()
  const sent: string[] = []
  const counting: IoRedisClient = {
    call(command, args) {
      sent.push(command)
      return client.call(command, args)
    },
  }
  return { store: redisStore(counting, { prefix: prefixOf() }), sent, close: async () => void close() }
}

const read = /^(select|GET|MGET)/
const writing = /^(update|EVALSHA)/

describe.each([
  ['PostgreSQL', () => sql(postgresDatabase)],
  ['MariaDB', () => sql(mariadbDatabase)],
  ['SQLite', () => sql(libsqlDatabase)],
  ['Redis', redis],
] as const)('last used in %s', (_, open) => {
  it('costs 1,000 requests with a cached key no read and no write, but one batch', async () => {
    const { store, sent, close } = await open()
    const { acme } = await openManager({ repository: store })
    const { key, referenceId } = await withKey(acme)
    const authorizer = createAuthorizer({ store, lastUsed: true })
    const before = sent.length
    const begin = Date.now()
    for (let i = 0; i < 1_000; i++) {
      expect(outcomeOf(await authorizer.authorize(requestWith(referenceId)))).toBe('allowed')
    }
    expect(sent.slice(before).filter((one) => read.test(one))).toHaveLength(1)
    expect(sent.slice(before).filter((one) => writing.test(one))).toHaveLength(0)
    await authorizer.close()
    expect(sent.slice(before).filter((one) => writing.test(one))).toHaveLength(1)
    const { lastUsedAt, version } = await acme.getKey(key.id)
    expect(lastUsedAt?.getTime()).toBeGreaterThanOrEqual(begin)
    expect(version).toBe(key.version)
    await close()
  })

  it('brings back no key that was deleted meanwhile, and activates none', async () => {
    const { store, close } = await open()
    const { acme } = await openManager({ repository: store })
    const { group, key, referenceId } = await withKey(acme)
    const other = await acme.createKey({ groupId: group.id })
    // Hears of nothing, like an instance that is cut off.
    const { changes: _, ...deaf } = store
    const authorizer = createAuthorizer({ store: deaf, lastUsed: true })
    for (const id of [referenceId, other.referenceId]) {
      expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')
    }
    await acme.deleteKey(key.id)
    await acme.deactivateKey(other.key.id)
    await authorizer.close()
    expect((await acme.listKeys()).items).toMatchObject([{ id: other.key.id, activated: false }])
    await close()
  })
})
