/**
 * Keeps groups and keys in PostgreSQL, MySQL, MariaDB or SQLite, and tells of changes there.
 *
 * @module rest-api-key/sql
 */

export { migrateToLatest } from './migrate-to-latest.js'
export { migrations, type SqlMigration } from './migrations.js'
export { type PollingChangesOptions, pollingChanges } from './polling-changes.js'
export { type PostgresChangesOptions, postgresChanges } from './postgres-changes.js'
export type { PostgresClient, PostgresNotification } from './postgres-client.js'
export type { PostgresPool } from './prepared-statements.js'
export { type SqlStoreOptions, sqlStore } from './sql-store.js'
