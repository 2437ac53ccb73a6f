import * as kysely from 'kysely'
import { connectionOf } from './connection.js'
import { migrations } from './migrations.js'
import { repeated } from './writer.js'

const attempts = 5

/**
 * Creates the tables of this library, or brings them up to date. Several instances may do so at once. What was applied is
 * remembered in tables of its own, beside those of the application's migrations.
 *
 * @throws The database's error if it refuses a migration.
 */
export async function migrateToLatest<DB>(database: kysely.Kysely<DB>): Promise<void> {
  const { db, schema } = connectionOf(database)
  const Migrator = await migratorOfKysely()
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'rest_api_key_migration',
    migrationLockTableName: 'rest_api_key_migration_lock',
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  })
  async function migrate(): Promise<void> {
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await repeated(migrate)
    } catch (error) {
      // SQLite has no lock for this: another instance may have been first, which shows when it is tried again.
      if (attempt === attempts) throw error
    }
  }
}

async function migratorOfKysely(): Promise<typeof kysely.Migrator> {
  // Kysely 0.29 has moved it to where older ones have nothing, so that neither place can be imported by name.
  if (typeof kysely.Migrator === 'function') return kysely.Migrator
  const moved = 'kysely/migration'
  return ((await import(moved)) as Pick<typeof kysely, 'Migrator'>).Migrator
}
