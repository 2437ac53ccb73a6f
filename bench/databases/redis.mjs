import { Redis } from 'ioredis'
import { createKeyManager } from 'rest-api-key/management'
import { redisStore } from 'rest-api-key/redis'
import { digestOf } from '../keys.mjs'
import { idOf } from './ids.mjs'

const perPipeline = 10_000

/** Redis through `ioredis`: a GET of the same record, and the store over a client of its own. */
export async function redis(count) {
  const prefix = `bench-${process.pid}`
  const [client, own] = [new Redis(process.env.TEST_REDIS_URL), new Redis(process.env.TEST_REDIS_URL)]
  const store = redisStore(client, { prefix })

  // One key is made as users make it, the others are copies of it under their own digests.
  const keys = createKeyManager({ repository: store, authorize: () => true }).as({
    tenantId: 'acme',
    userId: 'bench',
    role: 'Administrator',
  })
  const { id: groupId } = await keys.createGroup({ name: 'Group' })
  const { referenceId } = await keys.createKey({ groupId, activated: true, allowedIps: ['192.0.2.0/24'] })
  const model = digestOf(referenceId)
  const name = `{${prefix}}:record:${model}`
  const text = await client.get(name)
  for (let from = 0; from < count; from += perPipeline) {
    const pipeline = client.pipeline()
    for (let number = from; number < Math.min(from + perPipeline, count); number++) {
      const digest = digestOf(idOf(number))
      pipeline.set(name.replace(model, digest), text.replace(model, digest))
    }
    await pipeline.exec()
  }
  return {
    store,
    raw: async (digest) => JSON.parse(await own.get(name.replace(model, digest))),
    async close() {
      await client.flushdb()
      client.disconnect()
      own.disconnect()
    },
  }
}
