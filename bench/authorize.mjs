// What `authorize` costs on a cached key, beside the least that any such check must do: one SHA-256 and one look-up.
// Every round measures each candidate once, in changing order, and a ratio compares measurements of one round, so that
// whatever slows the machine down for a while slows both. The least is measured twice: how far the ratio of the two is
// from 1 tells how far to trust the other ratio.
import crypto from 'node:crypto'
import os from 'node:os'
import { LRUCache } from 'lru-cache'
import { authorizationFor, createAuthorizer, memoryStore, referenceIds } from 'rest-api-key'

const rounds = 41
const callsPerRound = 50_000
const keyCount = 1_000

const ids = referenceIds()
const keys = Array.from({ length: keyCount }, () => ({ referenceId: ids.generate(), tenantId: 'acme' }))
const authorizer = createAuthorizer({ store: memoryStore({ keys }), cache: { maxAgeMs: 2_147_483_647 } })
const requests = keys.map(({ referenceId }) => {
  const lines = { authorization: [authorizationFor(referenceId)] }
  return { headerLines: (name) => lines[name], tenantId: 'acme', ip: '192.0.2.7' }
})
const records = new LRUCache({ max: 10_000 })
for (const { referenceId } of keys) records.set(digestOf(referenceId), {})

function digestOf(referenceId) {
  return crypto.hash('sha256', referenceId, 'hex')
}

async function hashAndGet() {
  let found = 0
  for (let i = 0; i < callsPerRound; i++) {
    if (records.get(digestOf(keys[i % keyCount].referenceId)) !== undefined) found++
  }
  return found
}

async function authorize() {
  let allowed = 0
  for (let i = 0; i < callsPerRound; i++) {
    if ((await authorizer.authorize(requests[i % keyCount])).allowed) allowed++
  }
  return allowed
}

const candidates = [
  { name: 'crypto.hash + lru-cache get', run: hashAndGet, times: [] },
  { name: 'the same again (control)', run: hashAndGet, times: [] },
  { name: 'authorizer.authorize', run: authorize, times: [] },
]

async function nanosecondsPerCall(run) {
  globalThis.gc?.()
  const startedAt = process.hrtime.bigint()
  const done = await run()
  const elapsed = Number(process.hrtime.bigint() - startedAt)
  if (done !== callsPerRound)
    throw new Error(`${callsPerRound - done} of ${callsPerRound} calls found nothing`)
  return elapsed / callsPerRound
}

for (const { run } of candidates) await nanosecondsPerCall(run)
for (let round = 0; round < rounds; round++) {
  const order = [
    ...candidates.slice(round % candidates.length),
    ...candidates.slice(0, round % candidates.length),
  ]
  for (const candidate of order) candidate.times.push(await nanosecondsPerCall(candidate.run))
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

const [least] = candidates
const cpu = os.cpus()[0]?.model ?? process.arch
console.log(
  `Node.js ${process.version}, ${cpu}; medians of ${rounds} rounds of ${callsPerRound} calls, ${keyCount} keys\n`,
)
for (const { name, times } of candidates) {
  const ratio = median(times.map((time, round) => time / least.times[round]))
  console.log(`${name.padEnd(30)}${median(times).toFixed(0).padStart(7)} ns${ratio.toFixed(2).padStart(8)} x`)
}
await authorizer.close()
