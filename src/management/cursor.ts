import { assertOptions } from '../options.js'
import { invalidInput } from './faults.js'
import type { PagePosition } from './key-repository.js'
import { limits } from './limits.js'

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Give it as `cursor` to read on; `null` on the last page. */
  readonly nextCursor: string | null
}

/** Which page of a list is read. */
export interface PageOptions {
  /** `nextCursor` of the page before. Default: the first page. */
  readonly cursor?: string | null
  /** Items of a page, 1 to 500. Default 50. */
  readonly limit?: number
}

/** Positions are written as JSON in base64url; who tampers with one reads another page of the same tenant. */
export function parsePage(
  owner: string,
  options: PageOptions,
  others: readonly string[] = [],
): { after: PagePosition | null; limit: number } {
  assertOptions(owner, options, ['cursor', 'limit', ...others])
  const { cursor = null, limit = 50 } = options
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > limits.page) {
    throw invalidInput([
      { field: 'limit', message: `"limit" must be a whole number from 1 to ${limits.page}` },
    ])
  }
  return { after: cursor === null ? null : positionOf(cursor), limit }
}

function positionOf(cursor: unknown): PagePosition {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor as string, 'base64url').toString()) as [unknown, unknown]
    const moment = new Date(at as number)
    if (Number.isSafeInteger(at) && typeof id === 'string' && moment.toISOString().length === 24)
      return { at: moment, id }
  } catch {
    // Falls through to the one message.
  }
  throw invalidInput([{ field: 'cursor', message: '"cursor" must be the nextCursor of another page' }])
}

/** A page of items read with a limit of one more, which tells whether there is another page. */
export function pageOf<Item>(
  items: readonly Item[],
  limit: number,
  positionOfItem: (item: Item) => PagePosition,
): Page<Item> {
  const last = items.length > limit ? items[limit - 1] : undefined
  if (last === undefined) return { items, nextCursor: null }
  const { at, id } = positionOfItem(last)
  const shown = items.slice(0, limit)
  return { items: shown, nextCursor: Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url') }
}
