import { describe } from 'vitest'
import { runChangeFeedCases } from '../support/change-feed-cases.js'
import { oneDatabase } from '../support/sql-cases.js'
import { runSqlChangeCases } from '../support/sql-change-cases.js'
import { runSqlChangeMigrations } from '../support/sql-change-migrations.js'
import { libsqlDatabase } from '../support/sql-databases.js'
import { sqlFeed, sqliteFeedAt } from '../support/sql-feeds.js'

describe('pollingChanges over SQLite', () => {
  const database = oneDatabase(libsqlDatabase)
  runChangeFeedCases('as a change feed', sqlFeed(database, sqliteFeedAt))
  runSqlChangeCases(database, sqlFeed(database, sqliteFeedAt))
  runSqlChangeMigrations(libsqlDatabase, sqliteFeedAt)
})
