import { CompiledQuery } from 'kysely'
import { expect, it, vi } from 'vitest'
import { preparedStatements } from '../../src/stores/sql/prepared-statements.js'

it('a statement is prepared under a name of its own, whatever it is asked for', async () => {
  const query = vi.fn(async (_: { name: string; text: string; values: unknown[] }) => ({ rows: [{ id: 1 }] }))
  const run = preparedStatements({ query })
  const statement = CompiledQuery.raw('select $1')
  expect(await run(statement, ['one'])).toEqual([{ id: 1 }])
  await run(statement, ['two'])
  await run(CompiledQuery.raw('select $1 from keys'), ['two'])
  const asked = query.mock.calls.map(([asked]) => asked)
  expect(asked).toEqual([
    { name: expect.any(String), text: 'select $1', values: ['one'] },
    { name: expect.any(String), text: 'select $1', values: ['two'] },
    { name: expect.any(String), text: 'select $1 from keys', values: ['two'] },
  ])
  const [first, second, other] = asked.map(({ name }) => name)
  expect(second).toBe(first)
  expect(other).not.toBe(first)
  // PostgreSQL cuts off names of more than 63 bytes.
  for (const { name } of asked) expect(name).toMatch(/^rest_api_key_[0-9a-f]{32}$/)
  await preparedStatements({ query })(statement, [])
  expect(query.mock.lastCall?.[0].name).toBe(first)
})
