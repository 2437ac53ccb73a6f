import type { Transaction } from 'kysely'
import type { Connection, Dialect } from './connection.js'
import type { Tables } from './tables.js'

/** What the parts of the store share. */
export interface Context extends Connection {
  /** Runs all of it in one transaction, again if the database undid it. */
  write<T>(act: (trx: Transaction<Tables>) => Promise<T>): Promise<T>
  /** Tells the change of a key. */
  changed(digest: string): void
}

/** The rows in their order, so many at a time as one statement may insert; each has the same columns. */
export function chunksOfRows<Row extends object>(
  rows: readonly Row[],
  { maxParameters }: Dialect,
): Generator<readonly Row[]> {
  return chunksOf(rows, Math.floor(maxParameters / Object.keys(rows[0] ?? {}).length))
}

/** The items in their order, so many at a time. */
export function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
