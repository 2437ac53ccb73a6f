/**
 * Tries inputs by the thousands: bytes of headers, records, messages of feeds, forms of the console, arguments of the command,
 * IP rules and addresses. Each campaign ends when its share of the time is over, or with the smallest input that it has
 * found to break a promise.
 *
 *     npm run test:fuzz
 *     npm run test:fuzz -- --seconds 30 --only headers,forms
 *     npm run test:fuzz -- --seed 7
 *
 * Five minutes together, under a new seed each time; the same seed brings the same inputs. Talks to servers of its own on
 * free ports of 127.0.0.1 only. The exit status is 1 if anything was found.
 */
import { parseArgs } from 'node:util'
import type { OpenCampaign } from '../test/fuzz/campaign.js'
import { campaigns } from '../test/fuzz/campaigns.js'
import { type Ran, runCampaign } from '../test/fuzz/run-campaign.js'

const marginMs = 120_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: Object.keys(campaigns).join(',') },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed)
const names = values.only.split(',')
if (!(seconds > 0 && seconds <= 24 * 3_600)) throw new Error('--seconds must be a number up to 86400')
if (!Number.isSafeInteger(seed)) throw new Error('--seed must be a whole number')
if (!names.every((name) => Object.hasOwn(campaigns, name))) {
  throw new Error(`--only knows ${Object.keys(campaigns).join(', ')}`)
}

setTimeout(
  () => {
    console.error(`It took more than ${marginMs / 60_000} minutes longer than it should`)
    process.exit(1)
  },
  seconds * 1_000 + marginMs,
).unref()

const results: Ran[] = []
for (const name of names) {
  const ran = await runCampaign(campaigns[name] as OpenCampaign, { seed, seconds: seconds / names.length })
  results.push(ran)
  report(ran)
}
const failed = results.filter(({ finding }) => finding !== undefined).length
console.log(`\n${results.length - failed} passed, ${failed} failed`)
// A timer of the last case of each campaign may still run.
process.exit(failed === 0 ? 0 : 1)

function report({ name, cases, finding, ...ran }: Ran): void {
  const findings = finding === undefined ? 'no finding' : '1 finding'
  const figures = [
    `seed ${ran.seed}`,
    `${cases.toLocaleString('en')} cases`,
    `${ran.seconds.toFixed(1)} s`,
    findings,
  ]
  console.log(`${finding === undefined ? '✓' : '✗'} ${name.padEnd(12)} ${figures.join(', ')}`)
  if (finding === undefined) return
  console.log(`  smallest input: ${finding.input}\n  path: ${finding.path}`)
  console.log(finding.error)
}
