import { CamelCasePlugin, Migrator, NO_MIGRATIONS, ParseJSONResultsPlugin, sql } from 'kysely'
import { migrateToLatest, migrations, sqlStore } from 'rest-api-key/sql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openManager, withKey } from '../management/support.js'
import type { OpenDatabase } from './sql-databases.js'

const tables = ['rest_api_key_audit', 'rest_api_key_groups', 'rest_api_keys']

/** How the tables come and go, each time in a new database; there, a migration may be one transaction or several. */
export function runSqlMigrations(open: () => Promise<OpenDatabase>, kind: 'whole' | 'stepwise'): void {
  describe('migrations', () => {
    let database: OpenDatabase
    beforeEach(async () => {
      database = await open()
    })
    afterEach(() => database.close())

    async function tablesThere(): Promise<string[]> {
      const found = await database.db.introspection.getTables()
      return found
        .map(({ name }) => name)
        .filter((name) => tables.includes(name))
        .toSorted()
    }

    async function expectWorks(db = database.db): Promise<void> {
      const { acme } = await openManager({ repository: sqlStore(db) })
      const { key } = await withKey(acme)
      expect(await acme.getKey(key.id)).toEqual(key)
      expect((await acme.listAudit()).items).toHaveLength(2)
    }

    it('are applied once by four instances that start at once', async () => {
      await Promise.all(Array.from({ length: 4 }, () => migrateToLatest(database.connect())))
      await migrateToLatest(database.db)
      const { rows } = await sql<{ name: string }>`select name from rest_api_key_migration`.execute(
        database.db,
      )
      expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations))
      await expectWorks()
    })

    it('are taken back and applied again, beside those of the application', async () => {
      const { db } = database
      const own = new Migrator({
        db,
        provider: {
          getMigrations: async () => ({
            '1_users': {
              up: (own) => own.schema.createTable('users').addColumn('id', 'integer').execute(),
              down: (own) => own.schema.dropTable('users').execute(),
            },
            ...migrations,
          }),
        },
      })
      expect((await own.migrateToLatest()).error).toBeUndefined()
      expect(await tablesThere()).toEqual(tables)
      expect((await own.migrateTo(NO_MIGRATIONS)).error).toBeUndefined()
      expect(await tablesThere()).toEqual([])
      await migrateToLatest(db)
      expect((await own.migrateUp()).error).toBeUndefined()
      await expectWorks()
    })

    if (kind === 'stepwise') {
      it('go on where another attempt was interrupted', async () => {
        const { db } = database
        await migrateToLatest(db)
        await sql`drop table rest_api_key_audit`.execute(db)
        await sql`delete from rest_api_key_migration`.execute(db)
        await migrateToLatest(db)
        await expectWorks()
      })
    } else {
      it('take no table of the same name for their own, and leave nothing behind', async () => {
        await sql`create table rest_api_keys (id text)`.execute(database.db)
        await expect(migrateToLatest(database.db)).rejects.toThrow()
        expect(await tablesThere()).toEqual(['rest_api_keys'])
      })
    }

    it('end with the error of a database that cannot do it', async () => {
      await sql`create view rest_api_key_migration as select 1 as id`.execute(database.db)
      await expect(migrateToLatest(database.db)).rejects.toThrow()
    })

    it('and the store work behind plugins that rename columns and parse texts', async () => {
      const db = database.db.withPlugin(new CamelCasePlugin()).withPlugin(new ParseJSONResultsPlugin())
      await migrateToLatest(db)
      await expectWorks(db)
      const { acme } = await openManager({ repository: sqlStore(db) })
      const { key } = await withKey(acme)
      const changes = { description: '{"text":"[1]"}', metadata: { snake_case: 1 } }
      await acme.updateKey(key.id, changes)
      expect(await acme.getKey(key.id)).toMatchObject(changes)
    })
  })
}

/** The same in a schema of its own, where the database has schemas. */
export function runSqlSchema(open: () => Promise<OpenDatabase>): void {
  it('migrates and works in a schema of its own, beside the default one', async () => {
    const database = await open()
    try {
      const { db } = database
      await migrateToLatest(db)
      const other = db.withSchema('keys')
      await Promise.all([migrateToLatest(other), migrateToLatest(database.connect().withSchema('keys'))])
      const { acme } = await openManager({ repository: sqlStore(other) })
      const { key } = await withKey(acme)
      await acme.updateKey(key.id, { description: 'import' })
      expect((await acme.listKeys({ search: 'IMPORT' })).items).toHaveLength(1)
      expect(await db.selectFrom('rest_api_keys').select('id').execute()).toEqual([])
      expect(await other.selectFrom('rest_api_keys').select('id').execute()).toHaveLength(1)
    } finally {
      await database.close()
    }
  })
}
