import type { PageQuery } from '../../management/key-repository.js'
import type { Write } from './conditional-write.js'
import { type Send, unexpectedReply } from './redis-client.js'

/** Every moment as ISO text has this length in the years 0 to 9999, so that texts sort as moments do. */
const momentLength = 24

/** How many items a search looks through at a time. */
export const searchBatch = 500

/**
 * The member of an order that stands for an item. Orders are sorted sets of one score: Redis sorts their members byte by
 * byte, hence by moment, then id.
 */
function memberOf(at: Date, id: string): string {
  return at.toISOString() + id
}

export function listed(order: string, at: Date, id: string): Write {
  return ['ZADD', order, '0', memberOf(at, id)]
}

export function unlisted(order: string, at: Date, id: string): Write {
  return ['ZREM', order, memberOf(at, id)]
}

/**
 * Reads a page of an order. Items that `read` leaves out, because they are gone by now or do not match, are made up for
 * by later ones, `batch` or more at a time.
 */
export async function readPage<Item>(
  send: Send,
  order: string,
  { after, limit }: PageQuery,
  options: { readonly latestFirst?: boolean; readonly batch?: number },
  read: (ids: readonly string[]) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const { latestFirst = false, batch = 1 } = options
  const [command, start, end] = latestFirst ? ['ZREVRANGEBYLEX', '+', '-'] : ['ZRANGEBYLEX', '-', '+']
  const items: Item[] = []
  let from = after === null ? start : `(${memberOf(after.at, after.id)}`
  while (items.length < limit) {
    const count = Math.max(limit - items.length, batch)
    const members = await send(order, command, [order, from, end, 'LIMIT', '0', String(count)])
    if (!isTexts(members)) throw unexpectedReply()
    items.push(...(await read(members.map((member) => member.slice(momentLength)))))
    if (members.length < count) break
    from = `(${members.at(-1)}`
  }
  return items.slice(0, limit)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
