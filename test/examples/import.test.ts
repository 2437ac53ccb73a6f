import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvRows } from '../../examples/import/csv.js'
import { foreignJsonLines } from '../support/foreign-keys.js'
import { runScript } from '../support/script.js'

const script = 'examples/import/import.ts'

describe('npm run example:import', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rest-api-key-import-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('imports the sample, names what is refused, and changes nothing when it is run again', async () => {
    const store = join(folder, 'sample.db')
    const first = await runScript(script, '--store', store)
    expect(first.output).toContain('Row 3 is refused: "allowedIps[0]"')
    expect(first.output).toContain('Row 5 is refused: "referenceId"')
    expect(first.output).toContain('Done: 3 imported, 0 unchanged, 2 refused')
    expect(first.code).toBe(1)
    const second = await runScript(script, '--store', store)
    expect(second.output).toContain('Done: 0 imported, 3 unchanged, 2 refused')
  })

  it('imports JSON lines, and shows how far it is', async () => {
    const file = join(folder, 'keys.jsonl')
    await writeFile(file, [...foreignJsonLines(1_200)].join(''))
    const { code, output } = await runScript(script, file, '--store', join(folder, 'lines.db'))
    expect(output).toContain('100 % read, 1200 imported, 0 unchanged, 0 refused')
    expect(output).toContain('Done: 1200 imported')
    expect(code).toBe(0)
  })
})

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
