import { beforeAll, describe, expect, it } from 'vitest'
import { compile, examplesOf } from '../../scripts/docs/check-examples.js'
import { quickChecks } from '../../scripts/docs/checks.js'
import { commentBlocks, readDocumentation } from '../../scripts/docs/documentation.js'
import type { Block } from '../../scripts/docs/page.js'

const documentation = readDocumentation()
const examples = examplesOf(documentation)

describe('the code of the documentation', () => {
  let diagnose: (block: Block) => string[]

  beforeAll(() => {
    diagnose = compile(documentation, examples)
  }, 60_000)

  it('exists in doc comments and in the README', () => {
    expect(documentation.pages.map(({ file }) => file)).toContain('README.md')
    expect(new Set(examples.map(({ file }) => file)).size).toBeGreaterThan(20)
  })

  it.each(examples.map((block) => [`${block.file}:${block.line}`, block] as const))(
    '%s compiles as a module of its own',
    (_, block) => {
      expect(diagnose(block)).toEqual([])
    },
  )

  it('has no language that would not be compiled', () => {
    const others = ['js', 'javascript', 'mjs', 'cjs', 'jsx', 'tsx', 'typescript']
    const blocks = [...commentBlocks(documentation), ...documentation.pages.flatMap((page) => page.blocks)]
    expect(blocks.filter(({ language }) => others.includes(language))).toEqual([])
  })
})

describe('the documentation', () => {
  it.each(Object.entries(quickChecks))('has nothing wrong in its %s', (_, check) => {
    const { checked, findings } = check(documentation)
    expect(findings).toEqual([])
    expect(checked).toBeGreaterThan(0)
  })
})
