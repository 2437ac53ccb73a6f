import { join } from 'node:path'
import ts from 'typescript'
import { compilerOptionsIn, diagnosticsIn } from './compile.js'
import { commentBlocks, type Documentation, type Outcome } from './documentation.js'
import type { Block } from './page.js'

/** Every block of TypeScript, in documents and in doc comments, compiles as a module of its own. */
export function checkExamples(documentation: Documentation): Outcome {
  const blocks = examplesOf(documentation)
  const diagnose = compile(documentation, blocks)
  return {
    checked: blocks.length,
    findings: blocks.flatMap((block) =>
      diagnose(block).map((message) => ({ file: block.file, line: block.line, message })),
    ),
  }
}

export function examplesOf(documentation: Documentation): Block[] {
  return [...commentBlocks(documentation), ...documentation.pages.flatMap(({ blocks }) => blocks)].filter(
    ({ language }) => language === 'ts',
  )
}

/** What the compiler finds in a block. All of them are one program, because that takes a tenth of the time. */
export function compile({ root }: Documentation, blocks: readonly Block[]): (block: Block) => string[] {
  // As if it stood at the root of the repository, at its own line: nothing is written there.
  const pathOf = ({ file, line, name }: Block) =>
    join(root, name ?? `${file.replaceAll(/[\\/.]/g, '_')}_${line}.ts`)
  const files = new Map(blocks.map((block) => [pathOf(block), block]))
  // What an example sets up for the reader to use need not be used in it.
  const options = { ...compilerOptionsIn(join(root, 'tsconfig.json')), noUnusedLocals: false }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  const textOf = (path: string) => {
    const block = files.get(path)
    return block && '\n'.repeat(block.line - 1) + block.code
  }
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => textOf(path) ?? readFile(path)
  const program = ts.createProgram([...files.keys()], options, host)
  return (block) => diagnosticsIn(program, ({ fileName }) => fileName === pathOf(block))
}
