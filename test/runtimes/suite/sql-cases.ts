import assert from 'node:assert/strict'
import type { Kysely } from 'kysely'
import { createAuthorizer, sha256Digest } from 'rest-api-key'
import { createKeyManager } from 'rest-api-key/management'
import { migrateToLatest, pollingChanges, sqlStore } from 'rest-api-key/sql'
import { keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import type { Tables } from '../../../src/stores/sql/tables.js'
import { outcomeOf, requestWith } from '../../support/key-requests.js'
import { empty, put } from '../../support/sql-rows.js'
import type { Case } from './run-cases.js'

/** What the SQL store does over a database of the runtime. */
export function sqlCases(db: Kysely<Tables>): readonly Case[] {
  const store = async () => {
    await empty(db)
    return sqlStore(db)
  }
  return [
    {
      name: 'migrations run, and run again',
      async run() {
        await migrateToLatest(db)
        await migrateToLatest(db)
      },
    },
    ...keyStoreCases(async () => ({ store: await store(), put: (record) => put(db, record) })).map(
      ({ id, run }) => ({ name: `SQL store, ${id}`, run }),
    ),
    ...keyRepositoryCases(async () => ({ store: await store(), reopen: () => sqlStore(db) })).map(
      ({ id, run }) => ({ name: `SQL repository, ${id}`, run }),
    ),
    {
      name: 'a write that fails leaves nothing behind',
      async run() {
        const repository = await store()
        const keys = createKeyManager({ repository, authorize: () => true }).as({
          tenantId: 'acme',
          userId: 'jdoe',
        })
        const { id: groupId } = await keys.createGroup({ name: 'Group' })
        await db.schema.alterTable('rest_api_key_audit').renameTo('renamed').execute()
        try {
          await assert.rejects(keys.createKey({ groupId }))
        } finally {
          await db.schema.alterTable('renamed').renameTo('rest_api_key_audit').execute()
        }
        assert.deepEqual((await keys.listKeys()).items, [])
      },
    },
    {
      name: 'a managed key is created, changed, deactivated and deleted, and each is heard at once',
      async run() {
        const repository = await store()
        const authorizer = createAuthorizer({ store: repository, lastUsed: true })
        const ask = async (id: string) => outcomeOf(await authorizer.authorize(requestWith(id)))
        const keys = createKeyManager({ repository, authorize: () => true }).as({
          tenantId: 'acme',
          userId: 'jdoe',
        })
        const group = await keys.createGroup({ name: 'Group' })
        const { referenceId, key } = await keys.createKey({ groupId: group.id })
        assert.equal(await ask(referenceId), 'allowed')
        await keys.updateKey(key.id, { allowedIps: ['203.0.113.9'] })
        assert.equal(await ask(referenceId), 'ip_not_allowed')
        await keys.updateKey(key.id, { allowedIps: [] })
        await keys.deactivateKey(key.id)
        assert.equal(await ask(referenceId), 'deactivated')
        await keys.activateKey(key.id)
        assert.equal(await ask(referenceId), 'allowed')
        await keys.deleteKey(key.id)
        assert.equal(await ask(referenceId), 'unknown_key')
        await authorizer.close()
        const actions = (await keys.listAudit()).items.map(({ action }) => action)
        assert.equal(actions.filter((action) => action.startsWith('key.')).length, 6)
      },
    },
    {
      name: 'many keys are imported, looked up and noted as used at once',
      async run() {
        const repository = await store()
        const keys = createKeyManager({ repository, authorize: () => true }).as({
          tenantId: 'acme',
          userId: 'jdoe',
        })
        const groupIds: string[] = []
        for (let i = 0; i < 120; i++) groupIds.push((await keys.createGroup({ name: `Group ${i}` })).id)
        const rows = groupIds.map((groupId, index) => ({ groupId, referenceId: `FOREIGN-${index}` }))
        const { imported } = await keys.importKeys(rows)
        assert.equal(imported, rows.length)
        const digests = rows.map(({ referenceId }) => sha256Digest()(referenceId))
        const { signal } = new AbortController()
        const found = await repository.findManyByDigest(digests, { signal })
        assert.equal(new Set(found.map(({ digest }) => digest)).size, digests.length)
        const at = new Date('2025-01-01T00:00:00.000Z')
        await repository.touch(found.map(({ id }) => ({ id, at })))
        const used = await repository.listKeys('acme', {
          groupId: null,
          search: null,
          after: null,
          limit: 200,
        })
        assert.equal(
          used.filter(({ lastUsedAt }) => lastUsedAt?.getTime() === at.getTime()).length,
          rows.length,
        )
      },
    },
    {
      name: 'the polled feed hears of what anybody writes to the tables',
      async run() {
        const repository = await store()
        const record = { id: 'key-1', digest: sha256Digest()('good'), tenantId: 'acme', activated: true }
        await put(db, record)
        const heard = new Set<string>()
        let wake = () => {}
        const next = () =>
          new Promise<void>((resolve) => {
            wake = resolve
          })
        const connected = next()
        const end = pollingChanges(db, { intervalMs: 5 }).subscribe({
          connected: () => wake(),
          lost() {},
          changed(digest) {
            heard.add(digest)
            wake()
          },
          flush() {},
        })
        await connected
        const changed = next()
        await db.updateTable('rest_api_keys').set({ activated: 0 }).where('id', '=', 'key-1').execute()
        await changed
        await end()
        assert.deepEqual([...heard], [record.digest])
        assert.equal(
          (await repository.findByDigest(record.digest, { signal: AbortSignal.timeout(1_000) }))?.activated,
          false,
        )
      },
    },
  ]
}
