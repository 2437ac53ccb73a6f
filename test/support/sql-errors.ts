import { sql } from 'kysely'
import type { KeyRepository } from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { beforeEach, describe, expect, it } from 'vitest'
import { openManager } from '../management/support.js'
import { canary, expectError, failureOf } from './refusals.js'
import { renderings } from './renderings.js'
import type { SqlDatabase } from './sql-databases.js'
import { empty } from './sql-rows.js'

/** A rule that somebody added to the table of the keys, whose error quotes what was to be written. */
export interface OwnRule {
  readonly name: string
  readonly add: readonly string[]
  readonly drop: readonly string[]
}

export const postgresRules: readonly OwnRule[] = [
  {
    name: 'a unique index',
    add: ['create unique index own_rule on rest_api_keys (description)'],
    drop: ['drop index own_rule'],
  },
  {
    name: 'a foreign key',
    add: [
      'create table roles (name text primary key)',
      "insert into roles values ('Operator')",
      'alter table rest_api_keys add constraint own_rule foreign key (in_role) references roles',
    ],
    drop: ['alter table rest_api_keys drop constraint own_rule', 'drop table roles'],
  },
  {
    name: 'a check',
    add: ["alter table rest_api_keys add constraint own_rule check (in_role = 'Operator')"],
    drop: ['alter table rest_api_keys drop constraint own_rule'],
  },
]

export const mariadbRules: readonly OwnRule[] = [
  {
    name: 'a unique index',
    add: ['create unique index own_rule on rest_api_keys (description(100))'],
    drop: ['drop index own_rule on rest_api_keys'],
  },
  {
    name: 'a trigger',
    add: [
      `create trigger own_rule before insert on rest_api_keys for each row
        if new.in_role <> 'Operator' then
          signal sqlstate '45000' set message_text = new.in_role;
        end if`,
    ],
    drop: ['drop trigger own_rule'],
  },
]

export const sqliteRules: readonly OwnRule[] = [
  {
    name: 'a trigger',
    add: [
      `create trigger own_rule before insert on rest_api_keys when new.in_role <> 'Operator'
        begin select raise(abort, '${canary}'); end`,
    ],
    drop: ['drop trigger own_rule'],
  },
]

/** What databases quote in their errors never gets to an administrator's program. */
export function runSqlErrors(database: () => SqlDatabase, rules: readonly OwnRule[]): void {
  describe('an error of the database', () => {
    beforeEach(() => empty(database().db))

    for (const { name, add, drop } of rules) {
      it(`from ${name} reaches the caller without values, and nothing is written`, async () => {
        const { db } = database()
        const errors: unknown[] = []
        const { acme } = await openManager({ repository: recording(sqlStore(db), errors) })
        const { id: groupId } = await acme.createGroup({ name: 'Integrations' })
        for (const statement of add) await sql.raw(statement).execute(db)
        try {
          await acme.createKey({ groupId, inRole: 'Operator', description: canary })
          const refused = acme.createKey({ groupId, inRole: canary, description: canary })
          expectError(await failureOf(refused), 'repository_failed')
          expect(renderings(errors)).toContain(canary)
          expect((await acme.listKeys()).items).toHaveLength(1)
          expect((await acme.listAudit()).items).toHaveLength(2)
        } finally {
          for (const statement of drop) await sql.raw(statement).execute(db)
        }
      })
    }
  })
}

export function recording(store: Required<KeyRepository>, errors: unknown[]): KeyRepository {
  return {
    ...store,
    async insertKeys(keys, events) {
      try {
        return await store.insertKeys(keys, events)
      } catch (error) {
        errors.push(error)
        throw error
      }
    },
  }
}
