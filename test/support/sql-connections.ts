import { type Dialect, Kysely } from 'kysely'
import { sha256Digest } from 'rest-api-key'
import { sqlStore } from 'rest-api-key/sql'
import { keyRepositoryCases } from 'rest-api-key/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Tables } from '../../src/stores/sql/tables.js'
import { openManager, withKey } from '../management/support.js'
import { failureOf } from './refusals.js'
import type { SqlDatabase } from './sql-databases.js'
import { empty } from './sql-rows.js'
import { type TcpProxy, tcpProxy } from './tcp-proxy.js'

const lookUp = () => ({ signal: new AbortController().signal })

/** What a connection can do to a store over a server. */
export function runSqlConnections(database: () => SqlDatabase, dialectOf: (url: string) => Dialect): void {
  describe('over a connection that is lost', () => {
    beforeEach(() => empty(database().db))

    async function throughProxy<T>(act: (db: Kysely<Tables>, proxy: TcpProxy) => Promise<T>): Promise<T> {
      const proxy = await tcpProxy(new URL(database().location))
      const url = new URL(database().location)
      url.port = `${proxy.port}`
      const db = new Kysely<Tables>({ dialect: dialectOf(url.href) })
      try {
        return await act(db, proxy)
      } finally {
        await db.destroy()
        proxy.close()
      }
    }

    it('rejects a look-up, and answers the next one', async () => {
      const { acme } = await openManager({ repository: sqlStore(database().db) })
      const { referenceId } = await withKey(acme)
      const digest = sha256Digest()(referenceId)
      await throughProxy(async (db, proxy) => {
        const store = sqlStore(db)
        proxy.loseAnswerTo('digest')
        await expect(store.findByDigest(digest, lookUp())).rejects.toThrow()
        expect((await store.findByDigest(digest, lookUp()))?.digest).toBe(digest)
      })
    })

    it('rejects a creation of which nobody knows whether it was committed, and tells it', async () => {
      await throughProxy(async (db, proxy) => {
        const store = sqlStore(db)
        const told: string[] = []
        store.changes.subscribe({ connected() {}, lost() {}, flush() {}, changed: (one) => told.push(one) })
        const { acme } = await openManager({ repository: store })
        const { id: groupId } = await acme.createGroup({ name: 'Integrations' })
        proxy.loseAnswerTo('commit')
        const error = await failureOf(acme.createKey({ groupId }))
        expect(error).toMatchObject({ code: 'repository_failed' })
        const digests = await database().db.selectFrom('rest_api_keys').select('digest').execute()
        expect(digests.map(({ digest }) => `${digest}`)).toEqual(told)
      })
    })

    it('rejects a deactivation of which nobody knows whether it was committed, and tells it', async () => {
      await throughProxy(async (db, proxy) => {
        const store = sqlStore(db)
        const { acme } = await openManager({ repository: store })
        const { key, referenceId } = await withKey(acme)
        const told: string[] = []
        store.changes.subscribe({ connected() {}, lost() {}, flush() {}, changed: (one) => told.push(one) })
        proxy.loseAnswerTo('commit')
        const error = await failureOf(acme.deactivateKey(key.id))
        expect(error).toMatchObject({ code: 'repository_failed' })
        expect(told).toEqual([sha256Digest()(referenceId)])
        expect((await acme.getKey(key.id)).activated).toBe(false)
      })
    })
  })
}

/** The contract of a repository over connections that an application has set up in its own way. */
export function runSqlCasesOver(
  name: string,
  database: () => SqlDatabase,
  dialectOf: (url: string) => Dialect,
): void {
  describe(name, () => {
    for (const { id, name: rule, run } of keyRepositoryCases(async () => {
      await empty(database().db)
      const db = new Kysely<Tables>({ dialect: dialectOf(database().location) })
      return { store: sqlStore(db), close: () => db.destroy() }
    })) {
      it(`${id}: ${rule}`, run)
    }
  })
}
