import type { Kysely } from 'kysely'
import { type Connection, connectionOf, type DialectName } from '../connection.js'
import { mysqlTriggers } from './mysql-triggers.js'
import { postgresTriggers } from './postgres-triggers.js'
import { sqliteTriggers } from './sqlite-triggers.js'

/** How a database notices that keys change, whoever changes them, and by whichever statement. */
export interface ChangeTriggers {
  create(connection: Connection): Promise<void>
  drop(connection: Connection): Promise<void>
}

const triggersOf: Readonly<Record<DialectName, ChangeTriggers>> = {
  postgres: postgresTriggers,
  mysql: mysqlTriggers,
  sqlite: sqliteTriggers,
}

export async function createChangeTriggers(database: Kysely<unknown>): Promise<void> {
  const connection = connectionOf(database)
  await triggersOf[connection.dialect.name].create(connection)
}

export async function dropChangeTriggers(database: Kysely<unknown>): Promise<void> {
  const connection = connectionOf(database)
  await triggersOf[connection.dialect.name].drop(connection)
}
