import { describe } from 'vitest'
import { runChangeFeedCases, runChangeFeedFaults } from '../support/change-feed-cases.js'
import { oneDatabase } from '../support/sql-cases.js'
import { runSqlChangeCases } from '../support/sql-change-cases.js'
import { runSqlChangeMigrations } from '../support/sql-change-migrations.js'
import { mariadbDatabase } from '../support/sql-databases.js'
import { mariadbFeedAt, sqlFeed, sqlFeedThroughProxy } from '../support/sql-feeds.js'

describe('pollingChanges over MariaDB', () => {
  const database = oneDatabase(mariadbDatabase)
  runChangeFeedCases('as a change feed', sqlFeed(database, mariadbFeedAt))
  runChangeFeedFaults('as a change feed', sqlFeedThroughProxy(database, mariadbFeedAt))
  runSqlChangeCases(database, sqlFeed(database, mariadbFeedAt))
  runSqlChangeMigrations(mariadbDatabase, mariadbFeedAt)
})
