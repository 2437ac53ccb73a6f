import { describe, expect, it } from 'vitest'
import { momentOf } from '../../src/cli/moment.js'
import { progressText } from '../../src/cli/output/import-progress.js'
import { momentText } from '../../src/cli/output/moment-text.js'
import { jsonText, printable } from '../../src/cli/output/printable.js'
import type { Style } from '../../src/cli/output/style.js'
import { type Field, recordLines, tableOf } from '../../src/cli/output/table.js'
import { fitted, widthOf } from '../../src/cli/output/text-width.js'

describe('the width of a text on a terminal', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['äöü', 3],
    ['é', 1],
    ['夜間', 4],
    ['ｆｕｌｌ', 8],
    ['👍🏽', 2],
    ['👩‍👩‍👧', 2],
    ['…', 1],
  ])('of %j is %d', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })

  it.each([
    ['abc', 5, 'abc  '],
    ['abc', 3, 'abc'],
    ['abcdef', 4, 'abc…'],
    ['夜間', 6, '夜間  '],
    ['夜間インポート', 6, '夜間… '],
    ['夜間インポート', 5, '夜間…'],
    ['ab', 1, '…'],
  ])('of %j in %d columns is fitted as %j', (text, width, shown) => {
    expect(fitted(text, width)).toBe(shown)
  })
})

describe('a text that steers terminals', () => {
  it.each([
    ['\u001b[31m', '\\u001b[31m'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u0007\u007f\u009b', '\\u0007\\u007f\\u009b'],
    ['\u202eabc\u2066', '\\u202eabc\\u2066'],
    ['line\u2028end', 'line\\u2028end'],
    ['夜間 é 👩‍👩‍👧 \\n', '夜間 é 👩‍👩‍👧 \\n'],
  ])('%j is printed as %s', (text, printed) => {
    expect(printable(text)).toBe(printed)
  })

  it('is the same text in JSON', () => {
    const text = '\u001b \u007f \u009b \u202e \n'
    expect(JSON.parse(jsonText({ text }))).toEqual({ text })
    expect(printable(jsonText({ text }))).toBe(jsonText({ text }))
  })
})

describe('a table', () => {
  interface Item {
    readonly id: string
    readonly name: string
    readonly note: string
  }
  const fields: readonly Field<Item>[] = [
    { title: 'ID', isWhole: true, text: ({ id }) => id },
    { title: 'Name', text: ({ name }) => name },
    { title: 'Note', text: ({ note }) => note },
  ]
  const items: readonly Item[] = [
    { id: '0123456789', name: 'A name of thirty-one characters', note: 'A note of thirty-one characters' },
    { id: '1', name: 'a', note: '' },
  ]
  const plain = (text: string) => text
  const style = (width: number): Style => ({ width, heading: plain, good: plain, bad: plain })

  it.each([
    [Number.POSITIVE_INFINITY, [10, 31, 31], []],
    [76, [10, 31, 31], []],
    [75, [10, 30, 31], []],
    [50, [10, 18, 18], []],
    [38, [10, 12, 12], []],
    [37, [10, 25], ['Note']],
    [24, [10, 12], ['Note']],
    [23, [10], ['Name', 'Note']],
    [5, [10], ['Name', 'Note']],
  ])('of %d columns has columns of %j and leaves out %j', (width, widths, left) => {
    const table = tableOf(fields, items, style(width))
    const starts = widths.map((_, index) => widths.slice(0, index).reduce((sum, one) => sum + one + 2, 0))
    expect(
      ['ID', 'Name', 'Note'].map((title) => table.titles.indexOf(title)).filter((start) => start !== -1),
    ).toEqual(starts)
    expect(table.left).toEqual(left)
    expect(Math.max(...table.lines.map(widthOf))).toBe(widths.reduce((sum, one) => sum + one + 2, -2))
  })

  it('of one item has a line for each field', () => {
    expect(recordLines(fields, items[1] as Item, style(80))).toEqual(['ID    1', 'Name  a', 'Note'])
  })
})

describe('the progress of an import', () => {
  const counts = { imported: 12_345, unchanged: 0, refused: 1 }
  it.each([
    [0, 100, '[....................]   0 %  12,345 imported, 0 unchanged, 1 refused'],
    [0.5, 100, '[##########..........]  50 %  12,345 imported, 0 unchanged, 1 refused'],
    [0.999, 100, '[####################]  99 %  12,345 imported, 0 unchanged, 1 refused'],
    [1, 100, '[####################] 100 %  12,345 imported, 0 unchanged, 1 refused'],
    // A file that has grown meanwhile.
    [1.5, 100, '[####################] 100 %  12,345 imported, 0 unchanged, 1 refused'],
    [0.5, 60, ' 50 %  12,345 imported, 0 unchanged, 1 refused'],
    [0.5, 20, ' 50 %  12,345 impor'],
    [undefined, 100, '12,345 imported, 0 unchanged, 1 refused'],
  ])('of %s in %d columns is %j', (progress, width, text) => {
    expect(progressText(counts, progress, width)).toBe(text)
  })
})

describe('a moment', () => {
  it.each([
    ['2030-12-31', '2030-12-31T00:00:00.000Z'],
    ['2030-12-31T18:00Z', '2030-12-31T18:00:00.000Z'],
    ['2030-12-31T18:00:01.5+01:00', '2030-12-31T17:00:01.500Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('is read from %s', (text, moment) => {
    expect(momentOf(text).toISOString()).toBe(moment)
  })

  it.each([
    ['nothing', ''],
    ['no zone', '2030-12-31T18:00:00'],
    ['the 31st of February', '2030-02-31'],
    ['the 29th of February of another year', '2030-02-29T00:00:00Z'],
    ['the 25th hour', '2030-12-31T25:00:00Z'],
    ['a number', '1924905600000'],
    ['words', '31 December 2030'],
    ['one digit', '2030-1-1'],
    ['blanks around it', ' 2030-12-31'],
  ])('is not read from %s', (_, text) => {
    expect(momentOf(text).getTime()).toBeNaN()
  })

  it('is shown to the second, and what is none is said to be so', () => {
    expect(momentText(new Date('2030-12-31T18:00:01.500Z'))).toBe('2030-12-31T18:00:01Z')
    expect(momentText(null)).toBe('')
    expect(momentText(new Date(Number.NaN))).toBe('unreadable')
  })
})
