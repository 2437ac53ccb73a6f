import { describe } from 'vitest'
import { runSqlBehaviours } from '../support/sql-behaviours.js'
import { oneDatabase, runSqlCases } from '../support/sql-cases.js'
import { pgliteDatabases } from '../support/sql-databases.js'
import { postgresRules, runSqlErrors } from '../support/sql-errors.js'
import { runSqlMigrations, runSqlSchema } from '../support/sql-migrations.js'

describe('sqlStore over PGlite', () => {
  const database = oneDatabase(pgliteDatabases())
  runSqlCases(database)
  runSqlBehaviours(database)
  runSqlErrors(database, postgresRules)

  const open = pgliteDatabases()
  runSqlMigrations(open, 'whole')
  runSqlSchema(open)
})
