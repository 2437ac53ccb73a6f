import type { Redis } from 'ioredis'
import { sha256Digest } from 'rest-api-key'
import { redisStore } from 'rest-api-key/redis'
import { beforeAll, describe, expect, it } from 'vitest'
import { keyNames } from '../../src/stores/redis/key-names.js'
import { openManager, withKey } from '../management/support.js'
import { keysIn, openIoRedis, ownPrefixes } from '../support/redis-clients.js'

const newPrefix = ownPrefixes()
const digestOf = sha256Digest()
let redis: Redis

beforeAll(async () => {
  const { client, close } = await openIoRedis()
  redis = client
  return close
})

/** A store of its own, with a group and a key in it. */
async function openStore() {
  const prefix = newPrefix()
  const store = redisStore(redis, { prefix })
  const { acme } = await openManager({ repository: store })
  return { prefix, store, acme, names: keyNames(prefix), ...(await withKey(acme)) }
}

describe('a store with much in it', () => {
  it('keeps no Reference ID, after 1,000 creations', async () => {
    const { prefix, acme, group, referenceId } = await openStore()
    const referenceIds = [referenceId]
    for (let batch = 0; batch < 10; batch++) {
      const created = await Promise.all(
        Array.from({ length: 100 }, () =>
          acme.createKey({ groupId: group.id, description: 'Nightly import' }),
        ),
      )
      referenceIds.push(...created.map((one) => one.referenceId))
    }
    const dump = (await dumpOf(prefix)).join('\n')
    expect(dump).toContain(digestOf(referenceIds[1_000] as string))
    expect(referenceIds.filter((one) => dump.includes(one.slice('rak_'.length)))).toEqual([])
  })

  it('keeps about the last 10,000 changes', async () => {
    const { acme, key, names, referenceId } = await openStore()
    const add = "for i = 1, 20000 do redis.call('XADD', KEYS[1], '*', 'digest', i) end"
    await redis.eval(add, 1, names.changes())
    await acme.deactivateKey(key.id)
    const entries = await redis.xrange(names.changes(), '-', '+')
    expect(entries.at(-1)?.[1]).toEqual(['digest', digestOf(referenceId)])
    expect(entries.length).toBeGreaterThanOrEqual(10_000)
    expect(entries.length).toBeLessThan(10_200)
  })

  it('writes a batch of 1,000 keys in one step', async () => {
    const { acme, group, store } = await openStore()
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      referenceId: `FOREIGN${String(index).padStart(25, '0')}`,
      groupId: group.id,
    }))
    const report = await acme.importKeys(rows, { batchSize: 1_000 })
    expect(report).toMatchObject({ imported: 1_000, unchanged: 0, refused: 0 })
    expect(await acme.importKeys(rows)).toMatchObject({ imported: 0, unchanged: 1_000, refused: 0 })
    const keys = await store.listKeys('acme', { after: null, limit: 2_000, groupId: group.id, search: null })
    expect(keys).toHaveLength(1_001)
  })

  it('fills the pages of a search that finds little among much', async () => {
    const { acme, group } = await openStore()
    const rows = Array.from({ length: 1_200 }, (_, index) => ({
      referenceId: `FOREIGN${String(index).padStart(25, '0')}`,
      groupId: group.id,
      description: index % 400 === 399 ? 'needle' : 'hay',
    }))
    await acme.importKeys(rows)
    const first = await acme.listKeys({ search: 'Needle', limit: 2 })
    const second = await acme.listKeys({ search: 'Needle', limit: 2, cursor: first.nextCursor })
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null])
  })

  it('remembers more uses at once than it writes in one step', async () => {
    const { acme, store, key } = await openStore()
    const at = new Date('2026-01-01T00:00:00.000Z')
    const unknown = Array.from({ length: 2_500 }, (_, index) => ({ id: `nobody-${index}`, at }))
    await store.touch([...unknown, { id: key.id, at }])
    expect((await acme.getKey(key.id)).lastUsedAt).toEqual(at)
  })
})

/** Every Redis key of a store with all that is in it. */
async function dumpOf(prefix: string): Promise<readonly string[]> {
  const keys = await keysIn(redis, `{${prefix}}:*`)
  return Promise.all(
    keys.map(async (key) => {
      switch (await redis.type(key)) {
        case 'string':
          return `${key} ${await redis.get(key)}`
        case 'stream':
          return `${key} ${await redis.xrange(key, '-', '+')}`
        default:
          return `${key} ${await redis.zrange(key, '0', '-1')}`
      }
    }),
  )
}
