import { authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import {
  createKeyManager,
  type ImportReport,
  type KeyRepository,
  type RefusedRow,
  type TenantKeys,
} from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { rowsOfCsv, rowsOfJsonLines } from '../../src/cli/import/rows.js'
import { collectedHeap } from '../support/collected-heap.js'
import { foreignCsv, foreignId, foreignJsonLines } from '../support/foreign-keys.js'
import { oneDatabase } from '../support/sql-cases.js'
import { libsqlDatabase } from '../support/sql-databases.js'

async function open(repository: KeyRepository = memoryStore()) {
  const manager = createKeyManager({ repository, authorize: () => true })
  const acme = manager.as({ tenantId: 'acme', userId: 'jdoe' })
  const globex = manager.as({ tenantId: 'globex', userId: 'jdoe' })
  const { id: groupId } = await acme.createGroup({ name: 'Imported keys' })
  return { acme, globex, groupId, repository }
}

const rowsIn = ({ imported, unchanged, refused }: ImportReport) => imported + unchanged + refused

describe('an import of 100,000 foreign keys into a database', { timeout: 240_000 }, () => {
  const count = 100_000
  const database = oneDatabase(libsqlDatabase)

  /** Imports rows and looks at the heap after every tenth batch and at how far the source is ahead at every row. */
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
        if (progress.length % 20 === 0) heaps.push(collectedHeap())
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
    const { acme, globex, groupId } = await open(sqlStore(database().db))
    const other = await globex.createGroup({ name: 'Theirs' })
    await globex.importKey({ referenceId: foreignId(75_000), groupId: other.id })
    const bad = new Map([
      [1, `${foreignId(1)},"too many cells",,,,,,x`],
      [25_000, `${foreignId(25_000)},,,,,192.0.2.300,`],
      [50_000, 'not an id,,maybe,,,,never'],
      [75_000, `${foreignId(75_000)},"taken by another tenant",,,,,`],
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
      [25_000, 'invalid_input', ['allowedIps[0]']],
      [50_000, 'invalid_input', ['referenceId', 'activated', 'expiresAt']],
      [75_000, 'reference_id_taken', []],
      [count, 'invalid_input', ['referenceId']],
    ])
    expect(outcome.readAhead).toBe(500)
    expect(outcome.heapGrowth).toBeLessThan(16 * 2 ** 20)
    const after = await written()
    expect(after.keys - before.keys).toBe(count - bad.size)
    expect(after.events - before.events).toBe(count - bad.size)
  })

  it('changes nothing when it is repeated, from JSON lines', async () => {
    const { acme, groupId } = await open(sqlStore(database().db))
    const bad = [1, 25_000, 50_000, 75_000, count]
    const before = await written()

    const lines = foreignJsonLines(count, (row) => (bad.includes(row) ? '{"referenceId":' : undefined))
    const outcome = await importWatched(acme, groupId, rowsOfJsonLines(lines))

    expect(outcome.figures).toEqual({ imported: 0, unchanged: count - bad.length, refused: bad.length })
    expect(outcome.refused.map(({ row }) => row)).toEqual(bad)
    expect(outcome.readAhead).toBe(500)
    expect(outcome.heapGrowth).toBeLessThan(16 * 2 ** 20)
    expect(await written()).toEqual(before)
  })

  it('leaves keys that an authorizer accepts as they were issued', async () => {
    const authorizer = createAuthorizer({ store: sqlStore(database().db) })
    const authorization = authorizationFor(foreignId(99_999))
    const headerLines = (name: string) => (name === 'authorization' ? [authorization] : [])
    const decision = await authorizer.authorize({ headerLines, tenantId: 'acme', ip: '192.0.2.7' })
    expect(decision).toMatchObject({
      allowed: true,
      principal: { description: 'Machine 99999, "west"', onBehalfOf: 'jdoe', inRole: 'Operator' },
    })
    await authorizer.close()
  })
})

describe('an import', () => {
  const rowOf = (index: number) => ({ referenceId: foreignId(index), description: `Machine ${index}` })
  const batches = (rows: number) => Array.from({ length: rows }, (_, index) => rowOf(index))

  async function countOf(keys: TenantKeys): Promise<number> {
    return (await keys.listKeys({ limit: 500 })).items.length
  }

  it('that is interrupted between two rows leaves whole batches, and the next run goes on', async () => {
    const { acme, groupId } = await open()
    const interruption = new AbortController()
    function* rows() {
      for (const [index, row] of batches(50).entries()) {
        if (index === 37) interruption.abort()
        yield row
      }
    }
    const { signal } = interruption
    const report = await acme.importKeys(rows(), { groupId, batchSize: 10, signal })
    expect(report.imported).toBe(30)
    expect(await countOf(acme)).toBe(30)
    expect(await acme.importKeys(batches(50), { groupId, batchSize: 10 })).toMatchObject({
      imported: 20,
      unchanged: 30,
    })
  })

  it('that is interrupted while a batch is written leaves that batch whole', async () => {
    const interruption = new AbortController()
    const store = memoryStore()
    let writes = 0
    const { acme, groupId } = await open({
      ...store,
      async insertKeys(keys, events) {
        if (++writes === 3) interruption.abort()
        return store.insertKeys(keys, events)
      },
    })
    const { signal } = interruption
    const report = await acme.importKeys(batches(50), { groupId, batchSize: 10, signal })
    expect(report.imported).toBe(30)
    expect(await countOf(acme)).toBe(30)
  })

  it('that was interrupted before it began writes nothing', async () => {
    const { acme, groupId } = await open()
    const report = await acme.importKeys(batches(5), { groupId, signal: AbortSignal.abort() })
    expect(report).toEqual({ imported: 0, unchanged: 0, refused: 0, refusals: [] })
    expect(await countOf(acme)).toBe(0)
  })

  it('whose source fails leaves whole batches and rejects with the failure', async () => {
    const { acme, groupId } = await open()
    async function* rows() {
      yield* batches(37)
      throw new Error('the file cannot be read')
    }
    await expect(acme.importKeys(rows(), { groupId, batchSize: 10 })).rejects.toThrow(
      'the file cannot be read',
    )
    expect(await countOf(acme)).toBe(30)
  })

  it('whose database fails leaves whole batches and ends the source', async () => {
    const store = memoryStore()
    let writes = 0
    let isEnded = false
    const { acme, groupId } = await open({
      ...store,
      async insertKeys(keys, events) {
        if (++writes === 3) throw new Error(`duplicate ${keys[0]?.digest}`)
        return store.insertKeys(keys, events)
      },
    })
    function* rows() {
      try {
        yield* batches(50)
      } finally {
        isEnded = true
      }
    }
    await expect(acme.importKeys(rows(), { groupId, batchSize: 10 })).rejects.toMatchObject({
      code: 'repository_failed',
      message: 'The key repository failed (Error)',
    })
    expect(await countOf(acme)).toBe(20)
    expect(isEnded).toBe(true)
  })

  it('takes an id once, however often it is in the source', async () => {
    const { acme, groupId } = await open()
    const rows = [rowOf(1), rowOf(2), rowOf(1), ...batches(12)]
    expect(await acme.importKeys(rows, { groupId, batchSize: 5 })).toMatchObject({
      imported: 12,
      unchanged: 3,
    })
    expect(await countOf(acme)).toBe(12)
  })

  it('writes the other rows of a batch with one row of an unknown group', async () => {
    const { acme, groupId } = await open()
    const rows = [...batches(5), { ...rowOf(5), groupId: 'nowhere' }, rowOf(6)]
    const report = await acme.importKeys(rows, { groupId })
    expect(report).toMatchObject({ imported: 6, refused: 1, refusals: [{ row: 6, code: 'not_found' }] })
  })

  it('tells every refused row, reports the first hundred, and shows no Reference ID', async () => {
    const { acme, groupId } = await open()
    const rows = batches(150).map((row) => ({ ...row, referenceId: `${row.referenceId} `, inRole: 7 }))
    const told: RefusedRow[] = []
    const report = await acme.importKeys(rows, { groupId, onRefused: (refusal) => told.push(refusal) })
    expect(report).toMatchObject({ imported: 0, refused: 150 })
    expect(told.map(({ row }) => row)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
    expect(report.refusals).toEqual(told.slice(0, 100))
    expect(told[0]?.faults.map(({ field }) => field)).toEqual(['referenceId', 'inRole'])
    expect(rows.filter(({ referenceId }) => JSON.stringify(told).includes(referenceId.trim()))).toEqual([])
  })

  it('reports progress after each batch, the last one included', async () => {
    const { acme, groupId } = await open()
    const progress: number[] = []
    const onProgress = (report: ImportReport) => progress.push(rowsIn(report))
    await acme.importKeys(batches(25), { groupId, batchSize: 10, onProgress })
    expect(progress).toEqual([10, 20, 25])
  })
})
