import { authorizationFor, createAuthorizer } from 'rest-api-key'
import type { RefusedRow, TenantKeys } from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { rowsOfCsv, rowsOfJsonLines } from '../../src/cli/import/rows.js'
import { collectedHeap } from '../support/collected-heap.js'
import { foreignCsv, foreignId, foreignJsonLines } from '../support/foreign-keys.js'
import { oneDatabase } from '../support/sql-cases.js'
import { libsqlDatabase } from '../support/sql-databases.js'
import { openForImport, rowsIn } from './support.js'

describe('an import of 20,000 foreign keys into a database', { timeout: 120_000 }, () => {
  const count = 20_000
  /** A third of what the rows take up if they are kept. */
  const maxHeapGrowth = 2 * 2 ** 20
  const database = oneDatabase(libsqlDatabase)

  /** Imports rows and looks at the heap after every fourth batch and at how far the source is ahead at every row. */
  async function importWatched(keys: TenantKeys, groupId: string, rows: AsyncIterable<unknown>) {
    const progress: number[] = []
    const refused: RefusedRow[] = []
    const heaps: number[] = []
    let read = 0
    let readAhead = 0
    async function* watched() {
      for await (const row of rows) {
        read++
        readAhead = Math.max(readAhead, read - (progress.at(-1) ?? 0))
        yield row
      }
    }
    const { refusals: _, ...figures } = await keys.importKeys(watched(), {
      groupId,
      onRefused: (refusal) => refused.push(refusal),
      onProgress(report) {
        progress.push(rowsIn(report))
        if (progress.length % 4 === 0) heaps.push(collectedHeap())
      },
    })
    return { figures, progress, refused, readAhead, heapGrowth: Math.max(...heaps) - (heaps[0] as number) }
  }

  async function written() {
    const { db } = database()
    const rows = async (table: 'rest_api_keys' | 'rest_api_key_audit') =>
      Number((await db.selectFrom(table).select(db.fn.countAll().as('n')).executeTakeFirstOrThrow()).n)
    return { keys: await rows('rest_api_keys'), events: await rows('rest_api_key_audit') }
  }

  it('streams CSV with progress and in bounded memory, refusing single rows', async () => {
    const { acme, globex, groupId } = await openForImport(sqlStore(database().db))
    const other = await globex.createGroup({ name: 'Theirs' })
    await globex.importKey({ referenceId: foreignId(15_000), groupId: other.id })
    const bad = new Map([
      [1, `${foreignId(1)},"too many cells",,,,,,x`],
      [5_000, `${foreignId(5_000)},,,,,192.0.2.300,`],
      [10_000, 'not an id,,maybe,,,,never'],
      [15_000, `${foreignId(15_000)},"taken by another tenant",,,,,`],
      [count, '"",nothing,,,,,'],
    ])
    const before = await written()

    const outcome = await importWatched(acme, groupId, rowsOfCsv(foreignCsv(count, (row) => bad.get(row))))

    expect(outcome.figures).toEqual({ imported: count - bad.size, unchanged: 0, refused: bad.size })
    expect(outcome.progress).toEqual(Array.from({ length: count / 500 }, (_, batch) => 500 * (batch + 1)))
    expect(
      outcome.refused.map(({ row, code, faults }) => [row, code, faults.map(({ field }) => field)]),
    ).toEqual([
      [1, 'invalid_input', ['column 8']],
      [5_000, 'invalid_input', ['allowedIps[0]']],
      [10_000, 'invalid_input', ['referenceId', 'activated', 'expiresAt']],
      [15_000, 'reference_id_taken', []],
      [count, 'invalid_input', ['referenceId']],
    ])
    expect(outcome.readAhead).toBe(500)
    expect(outcome.heapGrowth).toBeLessThan(maxHeapGrowth)
    const after = await written()
    expect(after.keys - before.keys).toBe(count - bad.size)
    expect(after.events - before.events).toBe(count - bad.size)
  })

  it('changes nothing when it is repeated, from JSON lines', async () => {
    const { acme, groupId } = await openForImport(sqlStore(database().db))
    const bad = [1, 5_000, 10_000, 15_000, count]
    const before = await written()

    const lines = foreignJsonLines(count, (row) => (bad.includes(row) ? '{"referenceId":' : undefined))
    const outcome = await importWatched(acme, groupId, rowsOfJsonLines(lines))

    expect(outcome.figures).toEqual({ imported: 0, unchanged: count - bad.length, refused: bad.length })
    expect(outcome.refused.map(({ row }) => row)).toEqual(bad)
    expect(outcome.readAhead).toBe(500)
    expect(outcome.heapGrowth).toBeLessThan(maxHeapGrowth)
    expect(await written()).toEqual(before)
  })

  it('leaves keys that an authorizer accepts as they were issued', async () => {
    const authorizer = createAuthorizer({ store: sqlStore(database().db) })
    const authorization = authorizationFor(foreignId(19_999))
    const headerLines = (name: string) => (name === 'authorization' ? [authorization] : [])
    const decision = await authorizer.authorize({ headerLines, tenantId: 'acme', ip: '192.0.2.7' })
    expect(decision).toMatchObject({
      allowed: true,
      principal: { description: 'Machine 19999, "west"', onBehalfOf: 'jdoe', inRole: 'Operator' },
    })
    await authorizer.close()
  })
})
