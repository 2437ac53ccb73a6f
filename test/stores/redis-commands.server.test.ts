import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { sha256Digest } from 'rest-api-key'
import type { AuditEvent } from 'rest-api-key/management'
import { type RedisClient, redisStore } from 'rest-api-key/redis'
import { beforeAll, describe, expect, it } from 'vitest'
import { keyNames } from '../../src/stores/redis/key-names.js'
import { keyText } from '../../src/stores/redis/stored-json.js'
import { openManager, withKey } from '../management/support.js'
import { keysIn, openIoRedis, ownPrefixes } from '../support/redis-clients.js'
import { expectError, failureOf } from '../support/refusals.js'

const newPrefix = ownPrefixes()
const page = { after: null, limit: 9 }
const digestOf = sha256Digest()
let redis: Redis

beforeAll(async () => {
  const { client, close } = await openIoRedis()
  redis = client
  return close
})

/** A store with a group and a key in it, what it sends, and what is to happen before its next script. */
async function openStore() {
  const prefix = newPrefix()
  const sent: string[][] = []
  let inBetween: (() => Promise<unknown>) | undefined
  const client: RedisClient = {
    async call(command, args) {
      sent.push([command, ...args])
      if (command === 'EVALSHA') {
        const act = inBetween
        inBetween = undefined
        await act?.()
      }
      return redis.call(command, args)
    },
  }
  const store = redisStore(client, { prefix })
  const { acme } = await openManager({ repository: store })
  const { group, key, referenceId } = await withKey(acme)
  const [event] = (await acme.listAudit()).items as [AuditEvent]
  const newEvent = (more: Partial<AuditEvent> = {}) => ({ ...event, id: randomUUID(), ...more })
  const beforeScript = (act: () => Promise<unknown>) => {
    inBetween = act
  }
  const names = keyNames(prefix)
  return {
    prefix,
    store,
    names,
    acme,
    group,
    key,
    digest: digestOf(referenceId),
    newEvent,
    sent,
    beforeScript,
  }
}

describe('a page', () => {
  /** The orders that a call reads, each with how much of it. */
  async function readBy(act: (opened: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>) {
    const opened = await openStore()
    opened.sent.length = 0
    await act(opened)
    return {
      ...opened,
      read: opened.sent
        .filter(([command]) => command?.endsWith('RANGEBYLEX'))
        .map((command) => [command[0], command[1], Number(command.at(-1))]),
    }
  }

  it('of keys is read from the smallest order that has them, as many as are wanted', async () => {
    const { read, names, group } = await readBy(async ({ store, group }) => {
      await store.listKeys('acme', { ...page, groupId: null, search: null })
      await store.listKeys('acme', { ...page, groupId: group.id, search: null })
    })
    expect(read).toEqual([
      ['ZRANGEBYLEX', names.keys('acme'), 9],
      ['ZRANGEBYLEX', names.keysOfGroup('acme', group.id), 9],
    ])
  })

  it('of a search looks through 500 keys at a time', async () => {
    const { read, names } = await readBy(({ store }) =>
      store.listKeys('acme', { ...page, groupId: null, search: 'nothing' }),
    )
    expect(read).toEqual([['ZRANGEBYLEX', names.keys('acme'), 500]])
  })

  it('of audit is read from the smallest order that has it, and looked through for one group of a key', async () => {
    const { read, names, key, group } = await readBy(async ({ store, key, group }) => {
      await store.listAudit('acme', { ...page, groupId: null, keyId: null })
      await store.listAudit('acme', { ...page, groupId: group.id, keyId: null })
      await store.listAudit('acme', { ...page, groupId: null, keyId: key.id })
      await store.listAudit('acme', { ...page, groupId: group.id, keyId: key.id })
    })
    expect(read).toEqual([
      ['ZREVRANGEBYLEX', names.audit('acme'), 9],
      ['ZREVRANGEBYLEX', names.auditOfGroup('acme', group.id), 9],
      ['ZREVRANGEBYLEX', names.auditOfKey('acme', key.id), 9],
      ['ZREVRANGEBYLEX', names.auditOfKey('acme', key.id), 500],
    ])
  })

  it('of audit holds what a key has seen in one group only', async () => {
    const { store, acme, key, group, newEvent } = await openStore()
    const other = await acme.createGroup({ name: 'Other' })
    const move = newEvent({ groupId: other.id, keyId: key.id })
    expect(await store.replaceKey({ ...key, groupId: other.id, version: 2 }, 1, move)).toBe(true)
    const seenIn = async (groupId: string) =>
      (await store.listAudit('acme', { ...page, groupId, keyId: key.id })).map((event) => event.groupId)
    expect(await seenIn(group.id)).toEqual([group.id])
    expect(await seenIn(other.id)).toEqual([other.id])
  })

  it('leaves out what is gone, or is of another tenant', async () => {
    const { acme, names, group, key, digest } = await openStore()
    const [first] = (await acme.listAudit()).items
    await redis.del(names.group('acme', group.id), names.event(String(first?.id)))
    expect((await acme.listGroups()).items).toEqual([])
    expect((await acme.listAudit()).items).toHaveLength(1)
    const text = String(await redis.get(names.record(digest)))
    await redis.set(names.record(digest), text.replace('"acme"', '"globex"'))
    expect((await acme.listKeys()).items).toEqual([])
    await redis.set(names.record(digest), text)
    await redis.del(names.digestOf(key.id))
    expect((await acme.listKeys()).items).toEqual([])
  })
})

describe('a change that another one has come before', () => {
  it.each(['replaced', 'deleted'])('of a group that was %s changes nothing', async (how) => {
    const { store, acme, group, newEvent, beforeScript } = await openStore()
    const other = await acme.createGroup({ name: 'Other' })
    beforeScript(() => acme.updateGroup(other.id, { name: 'Changed' }))
    const event = newEvent({ groupId: other.id, keyId: null })
    const outcome =
      how === 'replaced'
        ? await store.replaceGroup({ ...other, name: 'Lost', version: 2 }, 1, event)
        : await store.deleteGroup('acme', other.id, 1, event)
    expect(outcome).toBe(how === 'replaced' ? false : 'changed')
    expect((await acme.getGroup(other.id)).name).toBe('Changed')
    expect((await acme.listGroups()).items.map(({ id }) => id)).toEqual([group.id, other.id])
  })

  it.each(['replaced', 'deleted'])('of a key that was %s changes nothing', async (how) => {
    const { store, acme, key, newEvent, beforeScript } = await openStore()
    beforeScript(() => acme.deactivateKey(key.id))
    const outcome =
      how === 'replaced'
        ? await store.replaceKey({ ...key, description: 'Lost', version: 2 }, 1, newEvent())
        : await store.deleteKey('acme', key.id, 1, newEvent())
    expect(outcome).toBe(false)
    expect(await acme.getKey(key.id)).toMatchObject({ activated: false, description: 'Nightly import' })
  })
})

describe('what is written', () => {
  it('is called as it should be, and nothing else is', async () => {
    const { prefix, store, names, acme, group, key, digest, newEvent } = await openStore()
    const { id } = newEvent()
    const event = newEvent({ id, groupId: null, keyId: null })
    await store.replaceGroup({ ...group, version: 2 }, 1, event)
    const events = (await acme.listAudit()).items.map((one) => names.event(one.id))
    expect(events).toHaveLength(3)
    expect([...(await keysIn(redis, `{${prefix}}*`))].toSorted()).toEqual(
      [
        ...events,
        names.changes(),
        names.record(digest),
        names.digestOf(key.id),
        names.group('acme', group.id),
        names.groups('acme'),
        names.keys('acme'),
        names.keysOfGroup('acme', group.id),
        names.audit('acme'),
        names.auditOfGroup('acme', group.id),
        names.auditOfKey('acme', key.id),
      ].toSorted(),
    )
  })

  it('is nothing for no keys', async () => {
    const { store, sent } = await openStore()
    sent.length = 0
    expect(await store.insertKeys([], [])).toBe('inserted')
    expect(sent).toEqual([])
  })

  it('is refused where there is something already', async () => {
    const { store, group, newEvent } = await openStore()
    const said = 'A group, key or event with this id is there already'
    expectError(await failureOf(store.insertGroup(group, newEvent())), 'repository_failed', said)
  })
})

describe('a key that no manager made', () => {
  it('and that has no group can be changed, and is then in the list of all keys only', async () => {
    const { prefix, store, names, acme, key, newEvent } = await openStore()
    const made = { ...key, id: 'made-by-hand', groupId: null, digest: digestOf('made by hand') }
    await redis.set(names.record(made.digest), keyText(made))
    await redis.set(names.digestOf(made.id), made.digest)
    const changed = { ...made, description: 'changed', version: 2 }
    expect(await store.replaceKey(changed, 1, newEvent({ keyId: made.id, groupId: null }))).toBe(true)
    expect((await acme.listKeys()).items.map(({ id }) => id).toSorted()).toEqual([key.id, made.id].toSorted())
    expect(await keysIn(redis, `{${prefix}}:group-keys:*`)).toEqual([
      names.keysOfGroup('acme', `${key.groupId}`),
    ])
  })

  it('and whose group somebody has deleted can be revoked', async () => {
    const { names, acme, group, key } = await openStore()
    await redis.del(names.group('acme', group.id))
    expect((await acme.deactivateKey(key.id)).activated).toBe(false)
    await acme.deleteKey(key.id)
    expect((await acme.listKeys()).items).toEqual([])
  })
})
