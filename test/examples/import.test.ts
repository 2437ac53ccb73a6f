import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  it('imports a file of yours, and shows how far it is', async () => {
    const file = join(folder, 'keys.jsonl')
    await writeFile(file, [...foreignJsonLines(1_200)].join(''))
    const { code, output } = await runScript(script, file, '--store', join(folder, 'lines.db'))
    expect(output).toContain('100 % read, 1200 imported, 0 unchanged, 0 refused')
    expect(output).toContain('Done: 1200 imported')
    expect(code).toBe(0)
  })
})
