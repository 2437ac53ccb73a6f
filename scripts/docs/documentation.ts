import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Block, type Page, parsePage } from './page.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A text in which something is named that must exist. */
interface Text {
  readonly file: string
  readonly text: string
}

/** All that is checked. */
export interface Documentation {
  /** The folder that paths begin at. */
  readonly root: string
  readonly pages: readonly Page[]
  /** The sources of the package, for their doc comments. */
  readonly sources: readonly Text[]
}

/** What a check has found wrong. */
export interface Finding {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** How many things a check has looked at, and those that are wrong. */
export interface Outcome {
  readonly checked: number
  readonly findings: readonly Finding[]
}

/** The documentation of this repository. */
export function readDocumentation(root = repository): Documentation {
  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  const markdown = [...readdirSync(root), ...filesIn(root, 'docs', 'examples', 'bench')]
  return {
    root,
    pages: markdown
      .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
      .map((file) => parsePage(file, read(file))),
    sources: filesIn(root, 'src', 'adapters').map((file) => ({ file, text: read(file) })),
  }
}

/** The blocks of doc comments; each line of theirs begins with an asterisk. */
export function commentBlocks({ sources }: Documentation): Block[] {
  return sources.flatMap(({ file, text }) =>
    [...text.matchAll(/^( *\* )```(\S*)\n(.*?)^ *\* ```$/gms)].map(
      ({ 1: indent = '', 2: language = '', 3: code = '', index }) => ({
        file,
        line: text.slice(0, index).split('\n').length + 1,
        language,
        code: code
          .split('\n')
          .map((line) => line.slice(indent.length))
          .join('\n'),
      }),
    ),
  )
}

/** What is read of `package.json`. */
export function manifestOf({ root }: Documentation): {
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts: Readonly<Record<string, string>>
} {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

function filesIn(root: string, ...folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
}
