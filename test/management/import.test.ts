import { memoryStore, sha256Digest } from 'rest-api-key'
import type { ImportReport, RefusedRow, TenantKeys } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { foreignId } from '../support/foreign-keys.js'
import { openForImport, openManager, rowsIn } from './support.js'

describe('an import', () => {
  const rowOf = (index: number) => ({ referenceId: foreignId(index), description: `Machine ${index}` })
  const batches = (rows: number) => Array.from({ length: rows }, (_, index) => rowOf(index))

  async function countOf(keys: TenantKeys): Promise<number> {
    return (await keys.listKeys({ limit: 500 })).items.length
  }

  it('that is interrupted between two rows leaves whole batches, and the next run goes on', async () => {
    const { acme, groupId } = await openForImport()
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
    const { acme, groupId } = await openForImport({
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
    const { acme, groupId } = await openForImport()
    const report = await acme.importKeys(batches(5), { groupId, signal: AbortSignal.abort() })
    expect(report).toEqual({ imported: 0, unchanged: 0, refused: 0, refusals: [] })
    expect(await countOf(acme)).toBe(0)
  })

  it('whose source fails leaves whole batches and rejects with the failure', async () => {
    const { acme, groupId } = await openForImport()
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
    const { acme, groupId } = await openForImport({
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
    const { acme, groupId } = await openForImport()
    const rows = [rowOf(1), rowOf(2), rowOf(1), ...batches(12)]
    expect(await acme.importKeys(rows, { groupId, batchSize: 5 })).toMatchObject({
      imported: 12,
      unchanged: 3,
    })
    expect(await countOf(acme)).toBe(12)
  })

  it('writes the other rows of a batch with one row of an unknown group', async () => {
    const { acme, groupId } = await openForImport()
    const rows = [...batches(5), { ...rowOf(5), groupId: 'nowhere' }, rowOf(6)]
    const report = await acme.importKeys(rows, { groupId })
    expect(report).toMatchObject({ imported: 6, refused: 1, refusals: [{ row: 6, code: 'not_found' }] })
  })

  it('tells every refused row, reports the first hundred, and shows no Reference ID', async () => {
    const { acme, groupId } = await openForImport()
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
    const { acme, groupId } = await openForImport()
    const progress: number[] = []
    const onProgress = (report: ImportReport) => progress.push(rowsIn(report))
    await acme.importKeys(batches(25), { groupId, batchSize: 10, onProgress })
    expect(progress).toEqual([10, 20, 25])
  })

  it('ends the progress with the last batch, even if it is full', async () => {
    const { acme, groupId } = await openForImport()
    const progress: number[] = []
    const onProgress = (report: ImportReport) => progress.push(rowsIn(report))
    await acme.importKeys(batches(20), { groupId, batchSize: 10, onProgress })
    expect(progress).toEqual([10, 20])
  })

  it('writes an event for each key with the key', async () => {
    const { acme, groupId } = await openForImport()
    await acme.importKeys(batches(3), { groupId })
    const events = (await acme.listAudit()).items.filter(({ action }) => action === 'key.import')
    const keys = (await acme.listKeys()).items
    expect(events.map(({ keyId }) => keyId).toSorted()).toEqual(keys.map(({ id }) => id).toSorted())
  })

  it('asks the database twice for a batch of new rows, and once where all are known', async () => {
    const store = memoryStore()
    const asked: string[] = []
    const told = (name: string) => {
      const method = store[name as 'findGroup'] as (...args: unknown[]) => unknown
      return [name, (...args: unknown[]) => asked.push(name) && method(...args)] as const
    }
    const reported = ['findByDigest', 'findManyByDigest', 'findGroup', 'findKey', 'insertKeys'].map(told)
    const { acme, groupId } = await openForImport({ ...store, ...Object.fromEntries(reported) })
    await acme.importKeys(batches(20), { groupId, batchSize: 10 })
    expect(asked.splice(0)).toEqual(['findManyByDigest', 'insertKeys', 'findManyByDigest', 'insertKeys'])
    await acme.importKeys(batches(20), { groupId, batchSize: 10 })
    expect(asked).toEqual(['findManyByDigest', 'findManyByDigest'])
  })

  it('gives a look-up a signal, which is not the one that ends the import', async () => {
    const interruption = new AbortController()
    const store = memoryStore()
    const aborted: boolean[] = []
    const look = ({ signal }: { readonly signal: AbortSignal }) => {
      interruption.abort()
      aborted.push(signal.aborted)
    }
    const { acme, groupId } = await openForImport({
      ...store,
      findByDigest: async (digest, options) => look(options) ?? store.findByDigest(digest, options),
      findManyByDigest: async (digests, options) => look(options) ?? store.findManyByDigest(digests, options),
    })
    const { signal } = interruption
    expect(await acme.importKeys(batches(2), { groupId, batchSize: 2, signal })).toMatchObject({
      imported: 2,
    })
    expect(await acme.importKey({ ...rowOf(3), groupId })).toMatchObject({ outcome: 'imported' })
    expect(aborted).toEqual([false, false])
  })

  it('looks for rows one by one where the database cannot look for many', async () => {
    const { findManyByDigest: _, ...store } = memoryStore()
    const { acme, globex, groupId } = await openForImport(store)
    const { id: other } = await globex.createGroup({ name: 'Imported keys' })
    await acme.importKey({ ...rowOf(1), groupId })
    await globex.importKey({ ...rowOf(2), groupId: other })
    expect(await acme.importKeys(batches(4), { groupId })).toMatchObject({
      imported: 2,
      unchanged: 1,
      refused: 1,
      refusals: [{ row: 3, code: 'reference_id_taken' }],
    })
  })

  const notSendable = '"referenceId" must be 1 to 256 characters of A-Z a-z 0-9 - . _ ~'
  const unnamed =
    'is unknown; known are groupId, activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata'
  it.each<[title: string, row: unknown, message: string]>([
    ['null', null, '"input" must be an object, not null'],
    ['undefined', undefined, '"input" must be an object, not undefined'],
    ['a text', 'x', '"input" must be an object, not a string'],
    ['a list', [{ referenceId: 'x' }], '"input" must be an object, not an array'],
    ['empty', {}, notSendable],
    ['of unknown fields', { referenceId: 'x', tenantId: 'globex' }, `"tenantId" ${unnamed}`],
    ['of an unknown group', { referenceId: 'x', groupId: 'none' }, 'There is no such group in this tenant'],
    ['of a group that is no text', { referenceId: 'x', groupId: 7 }, '"groupId" must be a text'],
    ['wrong twice', { inRole: 7 }, `${notSendable}; "inRole" must be a text`],
  ])('refuses a row that is %s, and takes the others', async (_, row, message) => {
    const { acme, groupId } = await openForImport()
    const report = await acme.importKeys([rowOf(1), row, rowOf(2)], { groupId })
    expect(report).toMatchObject({ imported: 2, refused: 1, refusals: [{ row: 2, message }] })
  })

  it('refuses a row that the actor may not import, and takes the others', async () => {
    const { acme } = await openManager({
      authorize: (_, __, { after }) => after === null || !('inRole' in after) || after.inRole !== 'Owner',
    })
    const { id: groupId } = await acme.createGroup({ name: 'Imported keys' })
    const rows = [rowOf(1), { ...rowOf(2), inRole: 'Owner' }, rowOf(3)]
    expect(await acme.importKeys(rows, { groupId })).toMatchObject({
      imported: 2,
      refusals: [{ row: 2, code: 'not_authorized', message: 'The actor may not do this: key.import' }],
    })
  })

  it('refuses a row without a group if the import has none', async () => {
    const { acme } = await openForImport()
    const { refusals } = await acme.importKeys([rowOf(1)])
    expect(refusals).toMatchObject([{ row: 1, message: '"groupId" must be a text' }])
  })

  it('ends with what is no fault of a row, whatever code it has', async () => {
    const digest = [
      sha256Digest(),
      () => {
        throw Object.assign(new Error('out of order'), { code: 'invalid_input' })
      },
    ]
    const { acme } = await openManager({ digest })
    const { id: groupId } = await acme.createGroup({ name: 'Imported keys' })
    await expect(acme.importKeys(batches(1), { groupId })).rejects.toThrow('out of order')
  })
})
