import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { compilerOptionsIn, diagnosticsIn } from './compile.js'
import { filesIn } from './packed.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** One block of code in a document or in a doc comment. */
interface Block {
  readonly file: string
  /** Of its first line of code, counted from 1. */
  readonly line: number
  readonly language: string
  /** Of its file, where the document gives it one: other blocks may import it. */
  readonly name: string | undefined
  readonly code: string
}

const sources = ['src', 'adapters'].flatMap((folder) => filesIn(join(repository, folder)))
const documents = [
  ...readdirSync(repository).map((name) => join(repository, name)),
  ...['docs', 'examples'].flatMap((folder) => filesIn(join(repository, folder))),
].filter((file) => file.endsWith('.md'))
const blocks = [...sources, ...documents].flatMap(blocksIn)
const examples = blocks.filter(({ language }) => language === 'ts')

/** Fenced blocks; in a doc comment each line begins with an asterisk. */
function blocksIn(file: string): Block[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const found: Block[] = []
  for (let i = 0; i < lines.length; i++) {
    const [, indent, language, name] = /^(\s*(?:\* )?)```(\S*) ?(\S+\.ts)?/.exec(lines[i] as string) ?? []
    if (indent === undefined) continue
    const start = i + 1
    while (++i < lines.length && !(lines[i] as string).startsWith(`${indent}\`\`\``));
    const code = lines.slice(start, i).map((line) => line.slice(indent.length))
    const where = { file: relative(repository, file), line: start + 1 }
    found.push({ ...where, language: language ?? '', name, code: code.join('\n') })
  }
  return found
}

describe('the code of the documentation', () => {
  let program: ts.Program

  beforeAll(() => {
    program = compile(new Map(examples.map((block) => [pathOf(block), block])))
  }, 60_000)

  it('exists in doc comments and in the README', () => {
    expect(existsSync(join(repository, 'README.md'))).toBe(true)
    expect(new Set(examples.map(({ file }) => file)).size).toBeGreaterThan(20)
  })

  it.each(examples.map((block) => [`${block.file}:${block.line}`, block] as const))(
    '%s compiles as a module of its own',
    (_, block) => {
      expect(diagnosticsIn(program, ({ fileName }) => fileName === pathOf(block))).toEqual([])
    },
  )

  it('has no language that would not be compiled', () => {
    const others = ['js', 'javascript', 'mjs', 'cjs', 'jsx', 'tsx', 'typescript']
    expect(blocks.filter(({ language }) => others.includes(language))).toEqual([])
  })

  it('and its text name no entry of the package that does not exist', () => {
    const { exports } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    const unknown = [...sources, ...documents].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?<=['"`])rest-api-key(\/[a-z][\w/.-]*)/g)]
        .filter(([, path]) => !(`.${path}` in exports))
        .map(([entry]) => `${relative(repository, file)}: ${entry}`),
    )
    expect(unknown).toEqual([])
  })
})

/** As if it stood at the root of the repository, at its own line: nothing is written there. */
function pathOf({ file, line, name }: Block): string {
  return join(repository, name ?? `${file.replaceAll(/[\\/.]/g, '_')}_${line}.ts`)
}

function compile(files: ReadonlyMap<string, Block>): ts.Program {
  // What an example sets up for the reader to use need not be used in it.
  const options = { ...compilerOptionsIn(join(repository, 'tsconfig.json')), noUnusedLocals: false }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  const textOf = (path: string) => {
    const block = files.get(path)
    return block && '\n'.repeat(block.line - 1) + block.code
  }
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => textOf(path) ?? readFile(path)
  return ts.createProgram([...files.keys()], options, host)
}
