import type { KeyRecord } from 'rest-api-key'
import { type RedisClient, redisStore } from 'rest-api-key/redis'
import { keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import { beforeAll, describe, it } from 'vitest'
import { keyNames } from '../../src/stores/redis/key-names.js'
import { senderOf } from '../../src/stores/redis/redis-client.js'
import { keyText } from '../../src/stores/redis/stored-json.js'
import { type OpenRedis, openIoRedis, ownPrefixes, redisClients } from '../support/redis-clients.js'

const newPrefix = ownPrefixes()

for (const [name, open] of redisClients) {
  describe(`redisStore over ${name}`, () => {
    let redis: OpenRedis

    beforeAll(async () => {
      redis = await open()
      return redis.close
    })

    for (const { id, name: rule, run } of keyStoreCases(() => {
      const prefix = newPrefix()
      const store = redisStore(redis.client, { prefix })
      return { store, put: (record) => put(redis.client, prefix, record) }
    })) {
      it(`${id}: ${rule}`, run)
    }

    for (const { id, name: rule, run } of keyRepositoryCases(() => repositoryOver(redis.client))) {
      it(`${id}: ${rule}`, run)
    }
  })
}

describe('redisStore over a client that sends every command twice, as after a lost connection', () => {
  let redis: Awaited<ReturnType<typeof openIoRedis>>

  beforeAll(async () => {
    redis = await openIoRedis()
    return redis.close
  })

  const twice: RedisClient = {
    async call(command, args) {
      await redis.client.call(command, args)
      return redis.client.call(command, args)
    },
  }

  for (const { id, name, run } of keyRepositoryCases(() => repositoryOver(twice))) {
    it(`${id}: ${name}`, run)
  }
})

function repositoryOver(client: RedisClient) {
  const prefix = newPrefix()
  return { store: redisStore(client, { prefix }), reopen: () => redisStore(client, { prefix }) }
}

async function put(client: RedisClient, prefix: string, record: KeyRecord): Promise<void> {
  const send = senderOf(client)
  const names = keyNames(prefix)
  const at = new Date()
  const text = keyText({
    groupId: null,
    description: null,
    onBehalfOf: null,
    inRole: null,
    metadata: null,
    ...record,
    expiresAt: record.expiresAt ?? null,
    allowedIps: record.allowedIps ?? [],
    hint: '…',
    version: 1,
    createdAt: at,
    updatedAt: at,
    lastUsedAt: null,
  })
  for (const [key, value] of [
    [names.digestOf(record.id), record.digest],
    [names.record(record.digest), text],
  ] as const) {
    await send(key, 'SET', [key, value])
  }
}
