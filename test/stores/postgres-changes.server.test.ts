import { describe } from 'vitest'
import { runChangeFeedCases, runChangeFeedFaults } from '../support/change-feed-cases.js'
import { oneDatabase } from '../support/sql-cases.js'
import { postgresDatabase } from '../support/sql-databases.js'
import { postgresFeedAt, sqlFeed, sqlFeedThroughProxy } from '../support/sql-feeds.js'

describe('postgresChanges', () => {
  const database = oneDatabase(postgresDatabase)
  runChangeFeedCases('as a change feed', sqlFeed(database, postgresFeedAt))
  runChangeFeedFaults('as a change feed', sqlFeedThroughProxy(database, postgresFeedAt))
})
