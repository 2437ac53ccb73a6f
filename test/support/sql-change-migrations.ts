import { Migrator } from 'kysely'
import { sha256Digest } from 'rest-api-key'
import { migrateToLatest, migrations, sqlStore } from 'rest-api-key/sql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openManager, withKey } from '../management/support.js'
import { recordingListener } from './recording-listener.js'
import type { OpenDatabase } from './sql-databases.js'
import type { FeedAt } from './sql-feeds.js'

/** How the triggers come and go, each time in a new database. */
export function runSqlChangeMigrations(open: () => Promise<OpenDatabase>, feedAt: FeedAt): void {
  describe('the migration of the triggers', () => {
    async function opened() {
      const database = await open()
      const { feed, close } = feedAt(database.location, () => {})
      onTestFinished(async () => {
        await close()
        await database.close()
      })
      const { db } = database
      const migrator = new Migrator({
        db,
        provider: { getMigrations: async () => migrations },
        migrationTableName: 'rest_api_key_migration',
        migrationLockTableName: 'rest_api_key_migration_lock',
      })
      return { db, feed, migrator }
    }

    it('lets a feed hear of keys that were there before', async () => {
      const { db, feed, migrator } = await opened()
      expect((await migrator.migrateTo('rest_api_key_0001')).error).toBeUndefined()
      const { acme } = await openManager({ repository: sqlStore(db) })
      const { key, referenceId } = await withKey(acme)
      const listener = recordingListener()
      onTestFinished(feed.subscribe(listener))
      await migrateToLatest(db)
      await listener.next('connected')
      expect(await acme.getKey(key.id)).toEqual(key)
      await acme.deactivateKey(key.id)
      await listener.next(`changed ${sha256Digest()(referenceId)}`)
    })

    it('is taken back and applied again, and the keys are left', async () => {
      const { db, feed, migrator } = await opened()
      await migrateToLatest(db)
      const { acme } = await openManager({ repository: sqlStore(db) })
      const { key, referenceId } = await withKey(acme)
      expect((await migrator.migrateDown()).error).toBeUndefined()
      const tables = (await db.introspection.getTables()).map(({ name }) => name)
      expect(tables).toContain('rest_api_keys')
      expect(tables).not.toContain('rest_api_key_changes')
      await acme.deactivateKey(key.id)

      await migrateToLatest(db)
      const listener = recordingListener()
      onTestFinished(feed.subscribe(listener))
      await listener.next('connected')
      await acme.activateKey(key.id)
      await listener.next(`changed ${sha256Digest()(referenceId)}`)
    })
  })
}
