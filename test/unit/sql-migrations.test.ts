import { migrations } from 'rest-api-key/sql'
import { expect, it } from 'vitest'
import { compilingKysely } from '../support/sql-compilers.js'

it.each([
  ['postgres', undefined],
  ['postgres', 'keys'],
  ['mysql', undefined],
  ['sqlite', undefined],
] as const)(
  'a migration of %s that is in use is never changed, in schema %s: what comes later has one of its own',
  async (name, schema) => {
    const statements: string[] = []
    const plain = compilingKysely<unknown>(name, ({ sql }) => {
      statements.push(`${sql};`)
      return []
    })
    const db = schema === undefined ? plain : plain.withSchema(schema)
    for (const [migration, { up }] of Object.entries(migrations)) {
      statements.push(`-- ${migration}, up`)
      await up(db)
    }
    for (const [migration, { down }] of Object.entries(migrations).toReversed()) {
      statements.push(`-- ${migration}, down`)
      await down(db)
    }
    const file = schema === undefined ? name : `${name}-in-schema`
    await expect(`${statements.join('\n\n')}\n`).toMatchFileSnapshot(`../stores/schema/${file}.sql`)
  },
)
