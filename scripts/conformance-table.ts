/** Prints which store passes which case, from the report that `npm run conformance` has made. */
import { readFileSync } from 'node:fs'
import { memoryStore } from 'rest-api-key'
import { type ConformanceCase, keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'

interface Test {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: string
}

const report = JSON.parse(readFileSync('.tmp/conformance.json', 'utf8')) as {
  readonly testResults: readonly { readonly assertionResults: readonly Test[] }[]
}
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)

const stores: Readonly<Record<string, readonly string[]>> = {
  memory: ['memoryStore', 'memoryStore as a repository'],
  PostgreSQL: ['sqlStore over PostgreSQL'],
  MariaDB: ['sqlStore over MariaDB'],
  SQLite: ['sqlStore over SQLite'],
  PGlite: ['sqlStore over PGlite'],
  ioredis: ['redisStore over ioredis'],
  'node-redis': ['redisStore over node-redis'],
  'ioredis, cluster': ['redisStore over ioredis on a cluster'],
  'node-redis, cluster': ['redisStore over node-redis on a cluster'],
}
const contracts: Readonly<Record<string, readonly ConformanceCase[]>> = {
  KeyStore: keyStoreCases(() => ({ store: memoryStore(), put: () => {} })),
  KeyRepository: keyRepositoryCases(() => ({ store: memoryStore() })),
}

/** Passed, failed, or not run at all. */
function mark(titles: readonly string[], { id, name }: ConformanceCase): '✓' | '✗' | '-' {
  const own = tests.filter(
    ({ ancestorTitles: [store = '', part = 'as a'], title }) =>
      titles.includes(store) && part.startsWith('as a') && title === `${id}: ${name}`,
  )
  if (own.length === 0) return '-'
  return own.every(({ status }) => status === 'passed') ? '✓' : '✗'
}

let missed = 0
for (const [contract, cases] of Object.entries(contracts)) {
  const width = Math.max(...cases.map(({ id }) => id.length), contract.length)
  console.log(`\n${contract.padEnd(width)}  ${Object.keys(stores).join('  ')}`)
  for (const one of cases) {
    const marks = Object.entries(stores).map(([store, titles]) => mark(titles, one).padEnd(store.length))
    missed += marks.filter((cell) => !cell.startsWith('✓')).length
    console.log(`${one.id.padEnd(width)}  ${marks.join('  ').trimEnd()}`)
  }
}
console.log(missed === 0 ? '\nEvery store passes every case.' : `\n${missed} places are not passed.`)
process.exitCode = missed === 0 ? 0 : 1
