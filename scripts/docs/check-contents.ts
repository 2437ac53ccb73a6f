import { posix } from 'node:path'
import type { Documentation, Outcome } from './documentation.js'
import type { Page } from './page.js'

/** The page that links all guides. */
export const tableOfContents = 'docs/index.md'

/** Every guide is linked by the table of contents. */
export function checkContents({ pages }: Documentation): Outcome {
  const contents = pages.find(({ file }) => file === tableOfContents)
  const linked = contents === undefined ? [] : linkedBy(contents)
  const guides = pages
    .map(({ file }) => file)
    .filter((file) => file.startsWith('docs/') && file !== tableOfContents)
  return {
    checked: guides.length,
    findings: guides
      .filter((file) => !linked.includes(file))
      .map((file) => ({ file, line: 1, message: `${file} is not linked by ${tableOfContents}` })),
  }
}

/** The files that a page links, in this order. */
export function linkedBy({ file, links }: Page): string[] {
  return links.map(({ target }) => posix.join(posix.dirname(file), target.split('#')[0] ?? ''))
}
