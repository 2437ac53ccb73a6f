import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Documentation, Finding, Outcome } from './documentation.js'

/** Lines such as "- `test/unit/x.test.ts`: `name`, `another`" name tests that exist. */
export function checkNamedTests({ root, pages }: Documentation): Outcome {
  const findings: Finding[] = []
  let checked = 0
  for (const { file, text } of pages) {
    for (const [index, line] of text.split('\n').entries()) {
      const [, test, names] = /^- `(test\/\S+\.test\.ts)`: (.+)$/.exec(line) ?? []
      if (test === undefined || names === undefined) continue
      const titles = titlesIn(join(root, test))
      for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) {
        checked++
        if (titles.has(name)) continue
        findings.push({ file, line: index + 1, message: `${test} has no test "${name}"` })
      }
    }
  }
  return { checked, findings }
}

/** Every text in a file of tests: the name of a test can be its argument or a row of a table. */
function titlesIn(file: string): Set<string> {
  const titles = new Set<string>()
  if (!existsSync(file)) return titles
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) titles.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return titles
}
