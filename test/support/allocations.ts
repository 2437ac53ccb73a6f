/**
 * Prints how many bytes an awaited `authorize` with a cached key allocates, the least of several rounds. Run with
 * `--expose-gc` and a young generation in which nothing is collected during a round.
 */
import { createAuthorizer } from 'rest-api-key'
import { recordOf, requestWith } from './key-requests.js'

const calls = 20_000
const rounds = 15

const record = recordOf('good', { allowedIps: ['192.0.2.0/24'] })
const authorizer = createAuthorizer({ store: { findByDigest: async () => record } })
const request = requestWith('good')

async function bytesOf(times: number): Promise<number> {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < times; i++) await authorizer.authorize(request)
  return process.memoryUsage().heapUsed - before
}

let least = Number.POSITIVE_INFINITY
for (let round = 0; round < rounds; round++) {
  least = Math.min(least, ((await bytesOf(calls)) - (await bytesOf(0))) / calls)
}
process.stdout.write(String(least))
