/**
 * Measures how long a revoked key lives on in other processes, and fails if that is longer than the published bound.
 *
 *     npm run test:bound
 *     npm run test:bound -- --only redis,mariadb --revocations 20
 *
 * Works in databases of its own, which it drops, of the servers in TEST_POSTGRES_URL, TEST_MARIADB_URL and TEST_REDIS_URL.
 * A run without options writes docs/revocation-results.md.
 */
import { parseArgs } from 'node:util'
import type { Place } from '../test/bound/backend.js'
import { shortMaxAgeMs } from '../test/bound/bounds.js'
import { measureBound, revocationsPerCut, type Scenario } from '../test/bound/measure-bound.js'
import { openPlace } from '../test/bound/opened-place.js'
import { checksOf, figuresOf } from '../test/bound/verdict.js'
import { mariadb } from '../test/faults/mariadb.js'
import { postgres } from '../test/faults/postgres.js'
import { ioredis } from '../test/faults/redis.js'
import { markdownTable } from '../test/support/markdown-table.js'
import { mariadbUrl, postgresUrl, redisUrl } from '../test/support/services.js'
import { machine, writeResults } from './revocation-results.js'

const limitMs = 30 * 60_000
const kinds = ['postgres', 'redis', 'mariadb', 'sqlite'] as const
const cuts = 3
const head = [
  ...['feed', 'processes', 'revocations', 'requests', 'store reads', 'right before', 'bound, ms'],
  ...['too late', 'p50, ms', 'p99, ms', 'max, ms', 'same instance'],
]

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, revocations: { type: 'string' } },
})
const only: readonly string[] = options.only?.split(',') ?? kinds
const revocations = Number(options.revocations ?? 200)
if (only.some((name) => !kinds.some((kind) => kind === name))) throw new Error(`--only knows ${kinds}`)
if (!Number.isSafeInteger(revocations) || revocations < 1) throw new Error('--revocations must be a number')

setTimeout(() => {
  console.error(`It took longer than ${limitMs / 60_000} minutes`)
  process.exit(1)
}, limitMs).unref()

const rows: string[][] = []
let passed = 0
let failed = 0
for (const scenario of scenarios().filter(({ kind }) => only.includes(kind))) await measure(scenario)

const versions = await Promise.all([
  postgres.version(postgresUrl()),
  mariadb.version(mariadbUrl()),
  ioredis.version(redisUrl()),
])
const results = [
  `\`npm run test:bound\` on ${machine()}: ${versions.join(', ')}.`,
  markdownTable([head, ...rows]),
  `${passed} checks passed, ${failed} failed.`,
].join('\n\n')
console.log(`\n${results}\n\n${passed} passed, ${failed} failed`)
if (options.only === undefined && options.revocations === undefined)
  writeResults('npm run test:bound', results)
process.exitCode = failed === 0 ? 0 : 1

function scenarios(): Scenario[] {
  const some = { over: 'authorize', processes: 2, revocations } as const
  return [
    ...kinds.flatMap((kind) =>
      [2, 4].map((processes) => ({ ...some, kind, feed: 'connected' as const, processes })),
    ),
    { ...some, kind: 'postgres', feed: 'connected', over: 'http' },
    ...[2, 4].map((processes) => ({ ...some, kind: 'postgres' as const, feed: 'none' as const, processes })),
    ...(['postgres', 'redis', 'mariadb'] as const).map((kind) => ({
      ...some,
      kind,
      feed: 'cut' as const,
      revocations: cuts * revocationsPerCut,
    })),
    { ...some, kind: 'postgres', feed: 'deaf', revocations: 5 },
  ]
}

async function measure(scenario: Scenario): Promise<void> {
  const name = nameOf(scenario)
  const { processes } = scenario
  try {
    const place = await openPlace(scenario.kind)
    try {
      const measured = await measureBound(scenario, place)
      const { tooLate, sameInstance, leastRightBefore, delayMs } = figuresOf(measured)
      const { counts, boundMs, judgements, seconds } = measured
      rows.push([
        ...[name, `${processes}`, `${judgements.length / processes}`, number(counts.requests)],
        ...[number(counts.storeReads), number(leastRightBefore), number(boundMs), number(tooLate)],
        ...[delayMs.p50, delayMs.p99, delayMs.max].map((ms) => number(ms, 1)),
        number(sameInstance),
      ])
      console.log(
        `${name}, ${processes} processes: ${seconds.toFixed(0)} s, at most ${number(delayMs.max, 1)} ms`,
      )
      for (const [check, isMet] of checksOf(measured)) {
        if (isMet) passed++
        else failed++
        if (!isMet) console.log(`  FAILED: ${check}`)
      }
    } finally {
      await place.close()
    }
  } catch (error) {
    failed++
    console.log(`${name}, ${processes} processes: FAILED`)
    console.error(error)
  }
}

function nameOf({ kind, feed, over }: Scenario): string {
  const feeds: Readonly<Record<Place['kind'], string>> = {
    postgres: 'postgresChanges',
    redis: 'redisChanges',
    mariadb: 'pollingChanges, MariaDB',
    sqlite: 'pollingChanges, SQLite',
  }
  if (feed === 'none') return `none, \`maxAgeMs\` ${number(shortMaxAgeMs)}`
  const what = feed === 'deaf' ? 'control: tells nothing' : feeds[kind]
  return `${what}${feed === 'cut' ? ', cut' : ''}${over === 'http' ? ', over HTTP' : ''}`
}

function number(value: number, decimals = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}
