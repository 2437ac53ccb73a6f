// What a cached key takes up, with everything that is kept for it: digest, record, compiled rules, principal, decision.
import { createAuthorizer } from 'rest-api-key'
import { createIds, storeOf, tenantId } from '../keys.mjs'
import { print, settings } from '../rows.mjs'

const { keys, atMost } = settings({ keys: 1_000_000 })

function bytesInUse() {
  // Twice: what the first one makes weak the second one takes.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function bytesPerKey(allowedIps) {
  const ids = createIds(keys)
  const before = bytesInUse()
  const authorizer = createAuthorizer({
    store: storeOf(allowedIps),
    cache: { maxEntries: keys, maxAgeMs: 3_600_000 },
  })
  for (const id of ids) {
    await authorizer.authorize({ headerLines: () => [`rest_api_key=${id}`], tenantId, ip: '192.0.2.7' })
  }
  const bytes = (bytesInUse() - before) / keys
  await authorizer.close()
  return bytes
}

const what = `memory of a cached key, ${keys.toLocaleString('en')} keys`
print([
  {
    what: `${what} with three IP rules each`,
    figure: await bytesPerKey(() => ['192.0.2.7', '198.51.100.0/24', '203.0.113.1-203.0.113.99']),
    unit: 'bytes',
    atMost,
  },
  { what: `${what} without rules`, figure: await bytesPerKey(() => null), unit: 'bytes' },
])
