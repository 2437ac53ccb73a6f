import { type Documentation, manifestOf, type Outcome } from './documentation.js'

/** Every entry of the package that a text names is in `exports`. */
export function checkImports(documentation: Documentation): Outcome {
  const { exports } = manifestOf(documentation)
  const named = [...documentation.pages, ...documentation.sources].flatMap(({ file, text }) =>
    [...text.matchAll(/(?<=['"`])rest-api-key(\/[a-z][\w/.-]*)/g)].map(({ 0: entry, 1: path, index }) => ({
      file,
      line: text.slice(0, index).split('\n').length,
      entry,
      exported: `.${path}` in exports,
    })),
  )
  return {
    checked: named.length,
    findings: named
      .filter(({ exported }) => !exported)
      .map(({ file, line, entry }) => ({ file, line, message: `${entry} is not in exports` })),
  }
}
