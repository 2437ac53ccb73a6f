import { describe } from 'vitest'
import { runSqlBehaviours } from '../support/sql-behaviours.js'
import { oneDatabase, runSqlCases } from '../support/sql-cases.js'
import { runSqlCasesOver, runSqlConnections } from '../support/sql-connections.js'
import { mariadbDatabase, mariadbDialect } from '../support/sql-databases.js'
import { mariadbRules, runSqlErrors } from '../support/sql-errors.js'
import { runSqlMigrations } from '../support/sql-migrations.js'

describe('sqlStore over MariaDB', () => {
  const database = oneDatabase(mariadbDatabase)
  runSqlCases(database)
  runSqlBehaviours(database)
  runSqlErrors(database, mariadbRules)
  runSqlConnections(database, mariadbDialect)
  runSqlMigrations(mariadbDatabase, 'stepwise')
  runSqlCasesOver('that counts rows only if they change', database, (url) =>
    mariadbDialect(url, { flags: ['-FOUND_ROWS'] }),
  )
  for (const level of ['read committed', 'serializable']) {
    runSqlCasesOver(`whose transactions are ${level}`, database, (url) =>
      mariadbDialect(url, {}, `set session transaction isolation level ${level}`),
    )
  }
})
