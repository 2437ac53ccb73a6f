/**
 * Does to servers and networks what befalls them, under an application that keeps its keys there, and prints what became
 * of its requests: faults × databases × {cached key, cold key, revoked key, feed}.
 *
 *     npm run test:faults
 *     npm run test:faults -- --driver pg,redis --fault hangs,swallowed
 *
 * Starts servers of its own on free ports of 127.0.0.1, in temporary folders, and stops them, whatever happens. The whole
 * matrix takes about two minutes and is written to docs/faults.md. Needs Linux. The exit status is 1 if a promise was
 * not kept.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { backends } from '../test/faults/backends.js'
import { faults } from '../test/faults/faults.js'
import { type Result, runMatrix } from '../test/faults/matrix.js'
import { SmallDisk } from '../test/faults/small-disk.js'
import { tables } from '../test/faults/tables.js'
import { defaults } from '../test/faults/timing.js'
import { writeResults } from './write-results.js'

const limitMs = 600_000

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => void unhandled.push(error))
process.on('uncaughtException', (error) => void unhandled.push(error))
// The servers are stopped on exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
setTimeout(() => {
  console.error(`Not over within ${limitMs / 60_000} minutes`)
  process.exit(1)
}, limitMs).unref()

const { values } = parseArgs({ options: { driver: { type: 'string' }, fault: { type: 'string' } } })
const chosen = <T>(items: readonly T[], names: string | undefined, nameOf: (item: T) => string) =>
  items.filter((item) => names?.split(',').includes(nameOf(item)) ?? true)

const possible = faults.filter(({ id }) => id !== 'disk-full' || SmallDisk.isPossible)
if (possible.length < faults.length) console.log('Only root can mount a disk to fill: "disk full" is not run')

const begin = performance.now()
try {
  const results = await runMatrix({
    backends: chosen(backends, values.driver, ({ driver }) => driver),
    faults: chosen(possible, values.fault, ({ id }) => id),
    timing: defaults,
    onSmallDisks: SmallDisk.isPossible,
    onResult: report,
  })
  const matrix = `${circumstances(results)}\n\n${tables(results)}`
  console.log(`\n${matrix}\n`)
  process.exitCode = summarise(results)
  if (results.length === backends.length * faults.length) {
    writeResults('docs/faults.md', 'npm run test:faults', matrix)
  }
} catch (error) {
  console.error(error)
  // The application that was under way would go on.
  process.exit(1)
}

function report({ backend, fault, cells }: Result): void {
  const marked = Object.entries(cells).map(
    ([aspect, { broken }]) => `${broken.length === 0 ? '✓' : '✗'} ${aspect}`,
  )
  const seconds = `${Math.round((performance.now() - begin) / 1_000)} s`.padStart(5)
  console.log(`${seconds}  ${backend.name.padEnd(17)}  ${fault.title.padEnd(42)}  ${marked.join('  ')}`)
}

function circumstances(results: readonly Result[]): string {
  const servers = new Set(results.map(({ version }) => version))
  const drivers = new Set(results.map(({ backend }) => `${backend.driver} ${versionOf(backend.driver)}`))
  const { faultMs, agedMaxAgeMs } = defaults
  const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`
  const stalledMs = Math.max(...results.map((result) => result.stalledMs))
  return [
    `\`npm run test:faults\` on ${availableParallelism()} cores, Node ${process.versions.node}: ${[...servers, ...drivers].join(', ')}.`,
    `Each fault that lasts was in force for ${seconds(faultMs)}. Options are the defaults, but for`,
    `\`cache.maxAgeMs: ${agedMaxAgeMs}\` without a feed, so that its end is seen. Took ${seconds(performance.now() - begin)}; the machine`,
    `kept the process waiting for at most ${Math.round(stalledMs)} ms at a time.`,
  ].join('\n')
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version
}

/** Says what was not kept, and returns the exit status. */
function summarise(results: readonly Result[]): number {
  const cells = results.flatMap(({ backend, fault, cells }) =>
    Object.entries(cells).map(([aspect, { broken }]) => ({ backend, fault, aspect, broken })),
  )
  const broken = cells.filter((cell) => cell.broken.length > 0)
  for (const cell of broken) {
    console.log(`✗ ${cell.backend.name}, ${cell.fault.title}, ${cell.aspect}`)
    for (const one of cell.broken) console.log(`    ${one}`)
  }
  for (const error of unhandled) console.log('✗ an error that nobody handled', error)
  const failed = broken.length + unhandled.length
  console.log(`${cells.length - broken.length} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
