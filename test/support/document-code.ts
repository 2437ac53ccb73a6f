import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { parsePage } from '../../scripts/docs/page.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Runs the code of a document: the block that exports this name, as a module. */
export function documentCode(file: string): <Module>(exported: string) => Promise<Module> {
  const folder = join(repository, '.tmp', `document-code-${process.pid}-${file.replaceAll(/\W/g, '-')}`)
  const { blocks } = parsePage(file, readFileSync(join(repository, file), 'utf8'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return async (exported) => {
    const block = blocks.find(({ code }) => new RegExp(`^export .*\\b${exported}\\b`, 'm').test(code))
    if (block === undefined) throw new Error(`No block of ${file} exports ${exported}`)
    mkdirSync(folder, { recursive: true })
    const module = join(folder, `line-${block.line}.ts`)
    writeFileSync(module, block.code)
    return import(module)
  }
}
