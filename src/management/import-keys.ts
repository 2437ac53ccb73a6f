import { type Fault, isRestApiKeyError, type RestApiKeyError } from '../errors.js'
import { notify } from '../notify.js'
import { assertOptions, invalidOption, optionalFunction, wholeNumber } from '../options.js'
import { assertObject } from './group-input.js'
import { groupMissing, type PreparedKey, prepare, referenceIdTaken, usableRecord } from './import-key.js'
import type { KeyManagerConfig } from './key-manager.js'
import type { Session } from './session.js'
import { untilWritten } from './until-written.js'

/** How many are imported. */
export interface ImportOptions {
  /** For rows that name no group. Default: each row must name one. */
  readonly groupId?: string
  /** Rows that are written together, or not at all; refused ones are left out. 1 to 1,000; default 500. */
  readonly batchSize?: number
  /** Called after each batch with the figures so far. Its failures are ignored. */
  readonly onProgress?: (report: ImportReport) => void
  /** Called for each row that was not imported. Its failures are ignored. */
  readonly onRefused?: (refusal: RefusedRow) => void
  /** Ends the import before the next batch; what was written stays, in whole batches. */
  readonly signal?: AbortSignal
}

/** A row that was not imported, and why. */
export interface RefusedRow {
  /** Counted from 1. */
  readonly row: number
  /** The code of the error that `importKey` would have thrown. */
  readonly code: RestApiKeyError['code']
  /** What is wrong with it. Never holds a Reference ID. */
  readonly message: string
  readonly faults: readonly Fault[]
}

/** What became of all rows. */
export interface ImportReport {
  readonly imported: number
  /** Rows whose Reference ID this tenant has already. */
  readonly unchanged: number
  readonly refused: number
  /** The first 100 refusals; all of them are told to `onRefused`. */
  readonly refusals: readonly RefusedRow[]
}

interface PreparedRow {
  readonly row: number
  readonly fit: PreparedKey
}

const keptRefusals = 100
/** What is wrong with a row alone; anything else would befall the next one too. */
const faultsOfRows: ReadonlySet<string> = new Set(['invalid_input', 'not_authorized'])

/** Imports rows in batches, in bounded memory. */
export async function importKeys(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  options: ImportOptions = {},
  config: KeyManagerConfig,
  session: Session,
): Promise<ImportReport> {
  assertOptions('importKeys', options, ['groupId', 'batchSize', 'onProgress', 'onRefused', 'signal'])
  const { groupId, onProgress, onRefused, signal } = options
  optionalFunction('onProgress', onProgress)
  optionalFunction('onRefused', onRefused)
  const batchSize = wholeNumber('batchSize', options.batchSize, 500, 1, 1_000)
  if (!isIterable(rows)) throw invalidOption('rows', 'an iterable or an asynchronous iterable', rows)
  const { repository } = config
  const counts = { imported: 0, unchanged: 0, refused: 0 }
  const refusals: RefusedRow[] = []

  function refuse(row: number, { code, message, faults }: RestApiKeyError): void {
    const refusal = { row, code, message, faults }
    counts.refused++
    if (refusals.length < keptRefusals) refusals.push(refusal)
    notify(onRefused, refusal)
  }

  async function write(batch: readonly { row: number; input: unknown }[]): Promise<void> {
    const prepared: PreparedRow[] = []
    for (const { row, input } of batch) {
      try {
        prepared.push({ row, fit: await prepare(withGroup(input, groupId), config, session) })
      } catch (error) {
        if (!isRestApiKeyError(error) || !faultsOfRows.has(error.code)) throw error
        refuse(row, error)
      }
    }
    let waiting: readonly PreparedRow[] = prepared
    await untilWritten(async () => {
      waiting = await withoutKnown(waiting)
      const [fresh, later] = firstOfEach(waiting)
      if (fresh.length > 0) {
        const outcome = await repository.insertKeys(
          fresh.map(({ fit }) => fit.key),
          fresh.map(({ fit }) => fit.event),
        )
        if (outcome === 'group_missing') waiting = await withoutOrphans(waiting)
        if (outcome !== 'inserted') return undefined
        counts.imported += fresh.length
        for (const { fit } of fresh) session.tell(fit.event)
      }
      waiting = later
      return later.length === 0 || undefined
    })
  }

  /** Counts and leaves out rows whose Reference ID is there already. */
  async function withoutKnown(rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]> {
    const tenants = await tenantsByDigest(rows.flatMap(({ fit }) => fit.digests))
    return rows.filter(({ row, fit }) => {
      const tenantId = fit.digests.map((digest) => tenants.get(digest)).find((tenant) => tenant !== undefined)
      if (tenantId === undefined) return true
      if (tenantId === session.actor.tenantId) counts.unchanged++
      else refuse(row, referenceIdTaken())
      return false
    })
  }

  /** Refuses and leaves out rows whose group is not there. */
  async function withoutOrphans(rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]> {
    const missing = new Set<string>()
    for (const id of new Set(rows.map(({ fit }) => fit.groupId))) {
      if ((await repository.findGroup(session.actor.tenantId, id)) === null) missing.add(id)
    }
    return rows.filter(({ row, fit }) => {
      const isOrphan = missing.has(fit.groupId)
      if (isOrphan) {
        session.tellRefused(fit.event)
        refuse(row, groupMissing())
      }
      return !isOrphan
    })
  }

  async function tenantsByDigest(digests: readonly string[]): Promise<Map<string, string>> {
    // Not the caller's signal: an interruption must leave whole batches.
    const lookUp = { signal: new AbortController().signal }
    const records = repository.findManyByDigest
      ? await repository.findManyByDigest(digests, lookUp)
      : (await Promise.all(digests.map((digest) => repository.findByDigest(digest, lookUp)))).filter(
          (record) => record !== null,
        )
    return new Map(records.map((record) => [record?.digest, usableRecord(record, record?.digest).tenantId]))
  }

  const report = (): ImportReport => ({ ...counts, refusals: [...refusals] })
  let row = 0
  let batch: { row: number; input: unknown }[] = []
  for await (const input of rows) {
    if (signal?.aborted) break
    row++
    batch.push({ row, input })
    if (batch.length === batchSize) {
      await write(batch)
      batch = []
      notify(onProgress, report())
    }
  }
  if (batch.length > 0 && !signal?.aborted) {
    await write(batch)
    notify(onProgress, report())
  }
  return report()
}

/** Of the rows with one Reference ID the first; the others wait for what becomes of it. */
function firstOfEach(rows: readonly PreparedRow[]): [PreparedRow[], PreparedRow[]] {
  const seen = new Set<string>()
  const fresh: PreparedRow[] = []
  const later: PreparedRow[] = []
  for (const item of rows) {
    const digest = item.fit.key.digest
    if (seen.has(digest)) later.push(item)
    else fresh.push(item)
    seen.add(digest)
  }
  return [fresh, later]
}

function withGroup(input: unknown, groupId: string | undefined): unknown {
  assertObject(input)
  return { ...input, groupId: input.groupId ?? groupId }
}

function isIterable(rows: unknown): boolean {
  if (typeof rows !== 'object' || rows === null) return false
  return Symbol.iterator in rows || Symbol.asyncIterator in rows
}
