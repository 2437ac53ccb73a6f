/**
 * Lets two processes authorize for some minutes while keys are revoked, activated, created and deleted and the feeds are cut,
 * and checks every answer, and that nothing piles up.
 *
 *     npm run test:soak
 *     npm run test:soak -- --minutes 1 --store redis --rate 100
 *
 * Works in a database of its own, which it drops, of the server in TEST_POSTGRES_URL or TEST_REDIS_URL. A run of ten
 * minutes or more writes docs/revocation-results.md.
 */
import { parseArgs } from 'node:util'
import { connectedBoundMs, cutBoundMs } from '../test/bound/bounds.js'
import { openPlace } from '../test/bound/opened-place.js'
import { kinds, type Outcome } from '../test/soak/answers.js'
import type { Held } from '../test/soak/instance.js'
import { runSoak, type Soaked } from '../test/soak/run-soak.js'
import { checksOf } from '../test/soak/soak-checks.js'
import { markdownTable } from '../test/support/markdown-table.js'
import { machine, writeResults } from './revocation-results.js'

const processes = 2
const keys = 10_000
const marginMinutes = 10

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    store: { type: 'string', default: 'postgres' },
    rate: { type: 'string', default: '500' },
  },
})
const minutes = Number(values.minutes)
const perSecond = Number(values.rate)
const kind = (['postgres', 'redis'] as const).find((name) => name === values.store)
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes must be a number up to 1440')
if (!(perSecond > 0 && perSecond <= 10_000)) throw new Error('--rate must be a number up to 10000')
if (kind === undefined) throw new Error('--store must be postgres or redis')

setTimeout(
  () => {
    console.error(`It took more than ${marginMinutes} minutes longer than it should`)
    process.exit(1)
  },
  (minutes + marginMinutes) * 60_000,
).unref()

const begin = performance.now()
const place = await openPlace(kind)
try {
  const soaked = await runSoak({ minutes, perSecond, processes, keys, onProgress: say }, place)
  report(soaked)
} finally {
  await place.close()
}

function say(text: string): void {
  console.log(`${((performance.now() - begin) / 1_000).toFixed(0).padStart(4)} s  ${text}`)
}

function report(soaked: Soaked): void {
  const checks = [...checksOf(soaked)]
  const failed = checks.filter(([, isMet]) => !isMet)
  const results = [
    `\`npm run test:soak -- --minutes ${minutes} --store ${kind} --rate ${perSecond}\` on ${machine()}.`,
    summary(soaked).join('\n'),
    answersTable(soaked),
    heldTable(soaked),
    [
      `${checks.length - failed.length} checks passed, ${failed.length} failed.`,
      ...failed.map(([check]) => `Failed: ${check}.`),
    ].join('\n'),
  ].join('\n\n')
  console.log(`\n${results}`)
  for (const one of soaked.judged.wrong) console.log(JSON.stringify(one))
  console.log(`\n${checks.length - failed.length} passed, ${failed.length} failed`)
  if (minutes >= 10) writeResults(`npm run test:soak${kind === 'redis' ? ' -- --store redis' : ''}`, results)
  process.exitCode = failed.length === 0 ? 0 : 1
}

function summary({ judged: { verdicts }, changes, cuts, losses, lastUsed, errors }: Soaked): string[] {
  const total = Object.values(verdicts).reduce((sum, count) => sum + count, 0)
  const made = [...changes].sort().map(([name, count]) => `${name} ${number(count)}`)
  const bounds = `${number(connectedBoundMs[kind as 'postgres'])} ms, ${number(cutBoundMs[kind as 'postgres'])} ms for a feed that is cut`
  return [
    `- ${processes} processes, ${number(keys)} keys, ${number(total)} requests; bound ${bounds}`,
    `- right answers ${number(verdicts.right)}, wrong passes ${number(verdicts['wrong pass'])}, wrong refusals ` +
      `${number(verdicts['wrong refusal'])}, 503 ${number(verdicts.unavailable)}`,
    `- changes: ${made.join(', ')}`,
    `- feeds cut ${cuts} times, lost ${losses.join(' and ')} times`,
    ...errors.flatMap((counts, process) =>
      [...counts].map(([text, count]) => `- process ${process + 1}, ${count} times: ${text}`),
    ),
    `- last used: ${number(lastUsed.known)} keys checked, ${number(lastUsed.unknown)} of them too old`,
  ]
}

/** Which kinds of requests had which answers. */
function answersTable({ judged: { answers } }: Soaked): string {
  const outcomes = [...new Set([...answers.values()].flatMap((counts) => [...counts.keys()]))].sort()
  const cell = (kind: (typeof kinds)[number], outcome: Outcome) =>
    number(answers.get(kind)?.get(outcome) ?? 0)
  return markdownTable([
    ['requests', ...outcomes],
    ...kinds.map((kind) => [kind, ...outcomes.map((outcome) => cell(kind, outcome))]),
  ])
}

/** What each process held at rest. */
function heldTable({ held }: Soaked): string {
  const rows = held.flatMap((parts, process) => {
    const [first] = parts as [Held]
    return parts.map((one, part) => {
      const growth = one.heapBytes / first.heapBytes - 1
      return [
        `${process + 1}`,
        ((minutes * (part + 1)) / parts.length).toFixed(1),
        (one.heapBytes / 2 ** 20).toFixed(2),
        `${growth < 0 ? '' : '+'}${(growth * 100).toFixed(1)} %`,
        Object.entries(one.resources)
          .sort()
          .map(([type, count]) => `${type} ${count}`)
          .join(', '),
        `${one.feedClients} (${one.feedClientListeners})`,
        `${one.signalListeners}`,
        `${one.processListeners}`,
      ]
    })
  })
  const head = ['process', 'minute', 'heap, MiB', 'growth', 'active resources', 'feed clients (listeners)']
  return markdownTable([[...head, 'listeners on signals', 'on the process'], ...rows])
}

function number(value: number): string {
  return value.toLocaleString('en')
}
