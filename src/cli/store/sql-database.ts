import { type Dialect, Kysely } from 'kysely'
import { migrateToLatest, sqlStore } from '../../stores/sql/index.js'
import type { OpenStore } from './open-store.js'

export function sqlDatabase(dialect: Dialect): OpenStore {
  const db = new Kysely<unknown>({ dialect })
  return {
    repository: sqlStore(db),
    migrate: () => migrateToLatest(db),
    async isMigrated() {
      const tables = await db.introspection.getTables()
      return tables.some(({ name }) => name === 'rest_api_keys')
    },
    close: () => db.destroy(),
  }
}
