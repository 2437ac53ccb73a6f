import type { Page, PageOptions } from '../../management/cursor.js'
import type { Output } from './output.js'
import { jsonText } from './printable.js'
import { type Field, tableOf } from './table.js'

export interface ListOptions {
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
}

/** Writes one page of a list, or page after page, of which it holds one at a time. */
export async function printList<Item>(
  output: Output,
  fields: readonly Field<Item>[],
  { limit = 50, cursor, all }: ListOptions,
  read: (page: PageOptions) => Promise<Page<Item>>,
): Promise<void> {
  const print = output.isJson ? printAsJson : printAsTable
  let page = await read({ cursor: cursor ?? null, limit: all ? 500 : limit })
  let isFirst = true
  for (;;) {
    const isLast = !all || page.nextCursor === null
    await print(output, fields, page, isFirst, isLast)
    if (isLast) return
    page = await read({ cursor: page.nextCursor, limit: 500 })
    isFirst = false
  }
}

/** One object, whose text is an item on each line. */
async function printAsJson<Item>(
  output: Output,
  _fields: readonly Field<Item>[],
  { items, nextCursor }: Page<Item>,
  isFirst: boolean,
  isLast: boolean,
): Promise<void> {
  const texts = items.map(jsonText).join(',\n')
  await output.write(`${isFirst ? '{"items":[' : texts && ','}${texts && '\n'}${texts}`)
  if (isLast) await output.line(`\n],"nextCursor":${JSON.stringify(nextCursor)}}`)
}

async function printAsTable<Item>(
  output: Output,
  fields: readonly Field<Item>[],
  { items, nextCursor }: Page<Item>,
  isFirst: boolean,
  isLast: boolean,
): Promise<void> {
  if (items.length === 0) {
    if (isFirst) output.note('There are none.')
    return
  }
  const { titles, lines, left } = tableOf(fields, items, output.style)
  // On a terminal each page has columns of its own; what reads a pipe wants the titles once.
  if (isFirst || output.isTerminal) await output.line(titles)
  for (const line of lines) await output.line(line)
  if (!isLast) return
  if (left.length > 0) output.note(`There is no room for: ${left.join(', ')}. Give --json to see everything.`)
  if (nextCursor !== null) output.note(`There are more: give --all, or --cursor ${nextCursor}`)
}
