/**
 * Runs one suite on every runtime, and the tests of the adapters on every major of every framework, over the package as
 * npm publishes it.
 *
 *     npm run test:runtimes
 *     npm run test:runtimes -- --only Bun,Deno
 *
 * Runtimes come from npm: what stands in test/runtimes/package.json is installed there first, about 1 GB, unless it is there.
 * All servers listen on free ports of the loopback interface. Needs Linux on x64. What it prints is written to
 * docs/compatibility.md. The exit status is 1 if a case has failed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { packPackage } from '../test/package/packed.js'
import { buildServers } from '../test/runtimes/build-servers.js'
import { countsOf, frameworkSuites } from '../test/runtimes/framework-report.js'
import { type PartResult, runSuite } from '../test/runtimes/run-suite.js'
import { type Runtime, runtimes } from '../test/runtimes/runtimes.js'
import { frameworks } from '../test/support/http-frameworks.js'
import { markdownTable } from '../test/support/markdown-table.js'
import { writeResults } from './write-results.js'

const command = 'npm run test:runtimes'
const home = 'test/runtimes'
const parts = [
  'core',
  'sql',
  '/memory/fetch',
  '/memory/hono',
  '/memory/node',
  '/sql/fetch',
  '/sql/hono',
] as const
const heads = ['core', 'SQL store', 'fetch', 'Hono', 'node:http', 'fetch, SQL', 'Hono, SQL']

let passed = 0
let failed = 0

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const only = values.only?.split(',')
const chosen = runtimes.filter(({ name }) => only?.includes(name) ?? true)

if (!existsSync(`${home}/node_modules`)) execFileSync('npm', ['ci', '--prefix', home], { stdio: 'inherit' })

const runtimeTable = await onRuntimes()
console.log(`\n${runtimeTable}\n`)
if (only === undefined) {
  const frameworkTable = onFrameworks()
  console.log(`${frameworkTable}\n`)
  const date = new Date().toISOString().slice(0, 10)
  const summary = `\`${command}\` on ${date}, Linux on x64: ${passed} passed, ${failed} failed.`
  writeResults('docs/compatibility.md', command, `${summary}\n\n${runtimeTable}\n\n${frameworkTable}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

async function onRuntimes(): Promise<string> {
  const packed = await packPackage()
  try {
    const folder = await buildServers(packed)
    const rows: string[][] = []
    for (const runtime of chosen) rows.push(await rowOf(runtime, folder))
    return markdownTable([['runtime', 'version', 'SQLite', ...heads], ...rows])
  } finally {
    packed.remove()
  }
}

async function rowOf(runtime: Runtime, folder: string): Promise<string[]> {
  const begin = performance.now()
  const results = await resultsOf(runtime, folder)
  const seconds = Math.round((performance.now() - begin) / 1_000)
  console.log(`${runtime.name}: ${seconds} s`)
  for (const { part, results: cases } of results) {
    for (const { name, failure } of cases) {
      if (failure !== undefined) console.log(`✗ ${runtime.name}, ${part}: ${name}\n${failure}`)
    }
  }
  const cells = parts.map((part) => {
    const cases = results.find((one) => one.part === part)?.results
    return cases === undefined
      ? '-'
      : cell(cases.filter(({ failure }) => failure === undefined).length, cases.length)
  })
  return [runtime.name, versionOf(`${home}/node_modules/${runtime.module}`), runtime.sqlite, ...cells]
}

async function resultsOf(runtime: Runtime, folder: string): Promise<readonly PartResult[]> {
  try {
    return await runSuite(runtime, folder)
  } catch (error) {
    return [{ part: 'core', results: [{ name: 'the suite', failure: String(error) }] }]
  }
}

function onFrameworks(): string {
  const report = '.tmp/frameworks.json'
  rmSync(report, { force: true })
  const suites = Object.keys(frameworkSuites)
  const files = suites.map((suite) => `test/adapters/${suite}.test.ts`)
  spawnSync('npx', ['vitest', 'run', ...files, '--reporter=json', `--outputFile.json=${report}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const counts = countsOf(
    report,
    frameworks.map(({ name }) => name),
  )
  const rows = [...counts].map(([name, bySuite]) => {
    const cells = suites.map((suite) => {
      const count = bySuite.get(suite)
      return count === undefined ? '-' : cell(count.passed, count.passed + count.failed)
    })
    return [name, installed(name), ...cells]
  })
  return markdownTable([['framework', 'version', ...Object.values(frameworkSuites)], ...rows])
}

/** `66`, or `65 of 66` if not all have passed. */
function cell(good: number, all: number): string {
  passed += good
  failed += all - good
  return good === all ? `${all}` : `${good} of ${all}`
}

/** Old majors are installed under names with their number. */
function installed(framework: string): string {
  if (framework.startsWith('Nest ')) return versionOf('node_modules/@nestjs/core')
  const [name = '', major = ''] = framework.toLowerCase().split(' ')
  const folder = [`${name}${major}`, name].map((one) => `node_modules/${one}`).find(existsSync)
  return folder === undefined ? `Node.js ${process.versions.node}` : versionOf(folder)
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version
}
