import { type Fault, isRestApiKeyError, type RestApiKeyError } from '../errors.js'
import { assertOptions, optionalFunction, wholeNumber } from '../options.js'
import { importOne, type PreparedKey, prepare, referenceIdTaken } from './import-key.js'
import type { KeyManagerConfig } from './key-manager.js'
import type { Session } from './session.js'

export interface ImportOptions {
  /** For rows that name no group. Default: each row must name one. */
  readonly groupId?: string
  /** Rows that are written together, or not at all. 1 to 1,000; default 500. */
  readonly batchSize?: number
  /** Called after each batch with the figures so far. */
  readonly onProgress?: (report: ImportReport) => void
  /** Called for each row that was not imported. */
  readonly onRefused?: (refusal: RefusedRow) => void
  /** Ends the import before the next batch; what was written stays, in whole batches. */
  readonly signal?: AbortSignal
}

export interface RefusedRow {
  /** Counted from 1. */
  readonly row: number
  /** The code of the error that `importKey` would have thrown. */
  readonly code: RestApiKeyError['code']
  /** What is wrong with it. Never holds a Reference ID. */
  readonly message: string
  readonly faults: readonly Fault[]
}

export interface ImportReport {
  readonly imported: number
  /** Rows whose Reference ID this tenant has already. */
  readonly unchanged: number
  readonly refused: number
  /** The first 100 refusals; all of them are told to `onRefused`. */
  readonly refusals: readonly RefusedRow[]
}

const keptRefusals = 100

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
  const batchSize = Math.min(wholeNumber('batchSize', options.batchSize, 500, 1), 1_000)
  const { repository } = config
  const counts = { imported: 0, unchanged: 0, refused: 0 }
  const refusals: RefusedRow[] = []

  function refuse(row: number, { code, message, faults }: RestApiKeyError): void {
    const refusal = { row, code, message, faults }
    counts.refused++
    if (refusals.length < keptRefusals) refusals.push(refusal)
    onRefused?.(refusal)
  }

  /** Nothing but the database's failure ends an import. */
  async function attempt(row: number, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!isRestApiKeyError(error) || error.code === 'repository_failed') throw error
      refuse(row, error)
    }
  }

  async function write(batch: readonly { row: number; input: unknown }[]): Promise<void> {
    const prepared: { row: number; input: unknown; fit: PreparedKey }[] = []
    for (const { row, input } of batch) {
      await attempt(
        row,
        async () => void prepared.push({ row, input, fit: await prepare(input, config, session) }),
      )
    }
    const tenants = await tenantsByDigest(prepared.flatMap(({ fit }) => fit.digests))
    const fresh: typeof prepared = []
    for (const item of prepared) {
      const tenantId = item.fit.digests
        .map((digest) => tenants.get(digest))
        .find((tenant) => tenant !== undefined)
      if (tenantId === undefined) {
        fresh.push(item)
        for (const digest of item.fit.digests) tenants.set(digest, session.actor.tenantId)
      } else if (tenantId === session.actor.tenantId) counts.unchanged++
      else refuse(item.row, referenceIdTaken())
    }
    if (fresh.length === 0) return
    const outcome = await repository.insertKeys(
      fresh.map(({ fit }) => fit.key),
      fresh.map(({ fit }) => fit.event),
    )
    if (outcome === 'inserted') {
      counts.imported += fresh.length
      for (const { fit } of fresh) session.tell(fit.event)
    } else {
      // One row spoils the batch: a missing group, or an id that came in meanwhile. Row by row shows which.
      for (const { row, input } of fresh) {
        await attempt(row, async () => void counts[(await importOne(input, config, session)).outcome]++)
      }
    }
  }

  async function tenantsByDigest(digests: readonly string[]): Promise<Map<string, string>> {
    // Not the caller's signal: an interruption must leave whole batches.
    const lookUp = { signal: new AbortController().signal }
    const records = repository.findManyByDigest
      ? await repository.findManyByDigest(digests, lookUp)
      : (await Promise.all(digests.map((digest) => repository.findByDigest(digest, lookUp)))).flatMap(
          (r) => r ?? [],
        )
    return new Map(records.map((record) => [record.digest, record.tenantId]))
  }

  const report = (): ImportReport => ({ ...counts, refusals: [...refusals] })
  let row = 0
  let batch: { row: number; input: unknown }[] = []
  for await (const input of rows) {
    if (signal?.aborted) break
    row++
    batch.push({ row, input: withGroup(input, groupId) })
    if (batch.length === batchSize) {
      await write(batch)
      batch = []
      onProgress?.(report())
    }
  }
  if (batch.length > 0 && !signal?.aborted) {
    await write(batch)
    onProgress?.(report())
  }
  return report()
}

function withGroup(input: unknown, groupId: string | undefined): unknown {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  return isObject && groupId !== undefined ? { groupId, ...input } : input
}
