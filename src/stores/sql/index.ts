export { migrateToLatest } from './migrate-to-latest.js'
export { migrations, type SqlMigration } from './migrations.js'
export { sqlStore } from './sql-store.js'
