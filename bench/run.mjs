/**
 * Runs the cases, each in a process of its own, and writes a report.
 *
 *     npm run bench          what needs neither servers nor peers, about a minute; to .tmp/bench.md
 *     npm run bench:full     all of it, with servers and peers, about 15 minutes; to bench/RESULTS.md and docs/cost.svg
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { plot } from './plot.mjs'
import { report } from './report.mjs'
import { suites } from './suites.mjs'

const here = (path) => new URL(path, import.meta.url)
const root = here('..').pathname
const limitMs = 8 * 60_000
const full = process.argv.includes('--full')
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)
const startedAt = performance.now()

async function rowsOf({ file, args = [], flags = [] }) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, here(`cases/${file}.mjs`).pathname, ...args],
    {
      timeout: limitMs,
      killSignal: 'SIGKILL',
      cwd: root,
      maxBuffer: 2 ** 26,
    },
  )
  return JSON.parse(stdout)
}

const sections = []
const failures = []
for (const { title, cases, needsPeers } of suites(full)) {
  if (only !== undefined && !title.toLowerCase().includes(only)) continue
  if (needsPeers && !existsSync(here('peers/node_modules'))) {
    failures.push(`${title}: run npm ci in bench/peers/ first`)
    continue
  }
  const rows = []
  for (const one of cases) {
    console.error(`${title}: ${one.file} ${(one.args ?? []).join(' ')}`)
    try {
      const result = await rowsOf(one)
      if (Array.isArray(result)) rows.push(...result)
      else if (full) writeFileSync(here('../docs/cost.svg'), plot(result))
    } catch (error) {
      failures.push(`${title}: ${one.file}: ${String(error.message).split('\n').slice(0, 6).join(' ')}`)
    }
  }
  if (rows.length > 0) sections.push({ title, rows })
}

const { dependencies, devDependencies } = JSON.parse(readFileSync(here('../package.json'), 'utf8'))
const measured = [
  'lru-cache',
  'ipaddr.js',
  'express',
  'koa',
  'fastify',
  'hono',
  'kysely',
  'pg',
  'mysql2',
  'ioredis',
]
const versions = measured.map((name) => `${name} ${{ ...dependencies, ...devDependencies }[name]}`).join(', ')
const text = report(sections, {
  command: full ? 'npm run bench:full' : 'npm run bench',
  versions,
  minutes: (performance.now() - startedAt) / 60_000,
})
if (only === undefined || !full) {
  mkdirSync(here('../.tmp'), { recursive: true })
  writeFileSync(full ? here('RESULTS.md') : here('../.tmp/bench.md'), text)
}
console.log(text)
for (const failure of failures) console.error(`Not measured: ${failure}`)
if (failures.length > 0) process.exitCode = 1
