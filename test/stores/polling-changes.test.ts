import { describe } from 'vitest'
import { runChangeFeedCases } from '../support/change-feed-cases.js'
import { oneDatabase } from '../support/sql-cases.js'
import { libsqlDatabase } from '../support/sql-databases.js'
import { sqliteFeed } from '../support/sql-feeds.js'

describe('pollingChanges over SQLite', () => {
  const database = oneDatabase(libsqlDatabase)
  runChangeFeedCases('as a change feed', sqliteFeed(database))
})
