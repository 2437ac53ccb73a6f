import { printable } from './printable.js'
import type { Style } from './style.js'
import { fitted, widthOf } from './text-width.js'

/** What is shown of an item. */
export interface Field<Item> {
  readonly title: string
  /** Whether it is never cut short, because somebody copies it. */
  readonly isWhole?: true
  text(item: Item): string
}

const gap = 2
/** A column that is cut short keeps so much. */
const leastWidth = 12

/** The columns of a table that there is room for, the first ones first, and how wide each of them is. */
interface Layout<Item> {
  readonly fields: readonly Field<Item>[]
  readonly widths: readonly number[]
}

/** A table, its columns as wide as its items need and the style allows. */
export interface Table {
  readonly titles: string
  readonly lines: readonly string[]
  /** The titles of the columns that there is no room for. */
  readonly left: readonly string[]
}

export function tableOf<Item>(
  allFields: readonly Field<Item>[],
  items: readonly Item[],
  style: Style,
): Table {
  const { fields, widths } = layoutOf(allFields, items, style.width)
  const lineOf = (texts: readonly string[]) =>
    texts
      .map((text, column) => fitted(text, widths[column] as number))
      .join(' '.repeat(gap))
      .trimEnd()
  return {
    titles: style.heading(lineOf(fields.map(({ title }) => title))),
    lines: items.map((item) => lineOf(fields.map((field) => printable(field.text(item))))),
    left: allFields.slice(fields.length).map(({ title }) => title),
  }
}

function layoutOf<Item>(fields: readonly Field<Item>[], items: readonly Item[], width: number): Layout<Item> {
  const full = fields.map((field) =>
    Math.max(widthOf(field.title), ...items.map((item) => widthOf(printable(field.text(item))))),
  )
  const least = full.map((one, column) => (fields[column]?.isWhole ? one : Math.min(one, leastWidth)))
  let count = fields.length
  while (count > 1 && total(least.slice(0, count)) > width) count--
  const widths = full.slice(0, count)
  while (total(widths) > width) {
    const column = widestOf(widths, least)
    if (column === -1) break
    widths[column] = (widths[column] as number) - 1
  }
  return { fields: fields.slice(0, count), widths }
}

/** Of the columns that can be made narrower the widest. */
function widestOf(widths: readonly number[], least: readonly number[]): number {
  const spare = widths.map((width, column) => (width > (least[column] as number) ? width : 0))
  const widest = Math.max(...spare)
  return widest === 0 ? -1 : spare.indexOf(widest)
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap, -gap)
}

/** One item, a field on each line. */
export function recordLines<Item>(
  fields: readonly Field<Item>[],
  item: Item,
  style: Style,
): readonly string[] {
  const width = Math.max(...fields.map(({ title }) => widthOf(title)))
  return fields.map((field) =>
    `${style.heading(fitted(field.title, width))}${' '.repeat(gap)}${printable(field.text(item))}`.trimEnd(),
  )
}
