import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

interface Test {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: string
}

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Test[] }[]
}

export interface Count {
  passed: number
  failed: number
}

/** The files of test/adapters that run on every framework, and what they are about. */
export const frameworkSuites: Readonly<Record<string, string>> = {
  conformance: 'answers',
  middleware: 'middleware',
  proxies: 'proxies',
  http2: 'HTTP/2',
}

/** How many tests of a report passed and failed, by suite and by framework; a test names its framework first. */
export function countsOf(file: string, frameworks: readonly string[]): Map<string, Map<string, Count>> {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report
  const counts = new Map(frameworks.map((name) => [name, new Map<string, Count>()]))
  for (const { name: path, assertionResults } of testResults) {
    const suite = basename(path, '.test.ts')
    for (const test of assertionResults) {
      const framework = frameworks.find((name) => names(test, name))
      if (framework === undefined) continue
      const bySuite = counts.get(framework) as Map<string, Count>
      const count = bySuite.get(suite) ?? { passed: 0, failed: 0 }
      count[test.status === 'passed' ? 'passed' : 'failed']++
      bySuite.set(suite, count)
    }
  }
  return counts
}

/** `node:http2` is `node:http` as well: one adapter is for both. */
function names({ ancestorTitles, title }: Test, framework: string): boolean {
  return [...ancestorTitles, title].some(
    (text) =>
      text === framework || /^2? |^[:,]/.test(text.startsWith(framework) ? text.slice(framework.length) : ''),
  )
}
