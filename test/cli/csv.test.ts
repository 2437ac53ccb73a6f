import { describe, expect, it } from 'vitest'
import { csvRows } from '../../src/cli/import/csv.js'

describe('the CSV reader', () => {
  async function read(...chunks: readonly string[]) {
    const rows = []
    for await (const row of csvRows(chunks)) rows.push(row)
    return rows
  }

  it.each([
    ['plain cells', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['no line break at the end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['Windows line breaks and a byte order mark', '\uFEFFa,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['commas, quotes and line breaks in quotes', 'a,b\n"1,""2""","3\n4"\n', [{ a: '1,"2"', b: '3\n4' }]],
    ['empty cells and empty quotes', 'a,b,c\n,"",\n1,,', [{ a: '1', b: '', c: '' }]],
    ['empty lines', 'a\n\n1\n\n', [{ a: '1' }]],
    ['a cell too many', 'a\n1,2\n', [{ a: '1', 'column 2': '2' }]],
  ])('reads %s, wherever a chunk ends', async (_, text, rows) => {
    expect(await read(text)).toEqual(rows)
    expect(await read(...text)).toEqual(rows)
  })

  it('refuses a file that ends within quotes', async () => {
    await expect(read('a\n"1')).rejects.toThrow('ends within quotes')
  })
})
