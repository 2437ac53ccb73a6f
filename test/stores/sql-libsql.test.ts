import { LibsqlDialect } from '@libsql/kysely-libsql'
import { type Driver, Kysely } from 'kysely'
import { createKeyManager } from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runSqlBehaviours } from '../support/sql-behaviours.js'
import { oneDatabase, runSqlCases } from '../support/sql-cases.js'
import { libsqlDatabase } from '../support/sql-databases.js'
import { runSqlErrors, sqliteRules } from '../support/sql-errors.js'
import { runSqlMigrations } from '../support/sql-migrations.js'

describe('sqlStore over SQLite', () => {
  const database = oneDatabase(libsqlDatabase)
  runSqlCases(database)
  runSqlBehaviours(database)
  runSqlErrors(database, sqliteRules)
  runSqlMigrations(libsqlDatabase, 'stepwise')
})

/** The dialect of a driver that does not say how many rows it has changed. */
class UncountedDialect extends LibsqlDialect {
  override createDriver(): Driver {
    const driver = super.createDriver()
    const acquire = driver.acquireConnection.bind(driver)
    driver.acquireConnection = async () => {
      const connection = await acquire()
      const execute = connection.executeQuery.bind(connection)
      connection.executeQuery = async (query) => ({ rows: (await execute<never>(query)).rows })
      return connection
    }
    return driver
  }
}

describe('sqlStore over a driver that does not say how many rows it has changed', () => {
  const database = oneDatabase(() => libsqlDatabase())

  it('writes a change and its event all the same', async () => {
    const db = new Kysely<unknown>({ dialect: new UncountedDialect({ url: `file:${database().location}` }) })
    onTestFinished(() => db.destroy())
    const manager = createKeyManager({ repository: sqlStore(db), authorize: () => true })
    const keys = manager.as({ tenantId: 'acme', userId: 'jdoe' })
    const { id: groupId } = await keys.createGroup({ name: 'Group' })
    const { key } = await keys.createKey({ groupId })
    await keys.updateKey(key.id, { description: 'changed' }, { version: 1 })
    await keys.updateGroup(groupId, { name: 'Changed' })
    await keys.deleteKey(key.id)
    const actions = (await keys.listAudit()).items.map(({ action }) => action)
    expect(actions.toSorted()).toEqual([
      'group.create',
      'group.update',
      'key.create',
      'key.delete',
      'key.update',
    ])
  })
})
