// What an allowed request with a cached key allocates. Needs a young generation in which nothing is collected meanwhile.
import { cachedAuthorizer, createIds, hashAndGet, storeOf } from '../keys.mjs'
import { print, settings } from '../rows.mjs'

const { atMost } = settings({})
const keys = 1_000
const calls = 100_000

const ids = createIds(keys)
const { authorize } = await cachedAuthorizer(ids, { store: storeOf(() => ['192.0.2.0/24']) })

async function bytesOf(calls, call) {
  const figures = []
  for (let round = 0; round < 12; round++) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < calls; index++) await call(index % keys)
    figures.push(process.memoryUsage().heapUsed - before)
  }
  return figures.sort((a, b) => a - b)[figures.length >> 1]
}

/** Without what the measurement itself allocates. */
async function bytesPerCall(call) {
  return ((await bytesOf(calls, call)) - (await bytesOf(0, call))) / calls
}

print([
  {
    what: 'allocated by an allowed request, one IPv4 rule',
    figure: await bytesPerCall(authorize),
    unit: 'bytes',
    atMost,
  },
  {
    what: 'of it by any awaited async function',
    figure: await bytesPerCall(async () => true),
    unit: 'bytes',
  },
  {
    what: 'allocated by SHA-256 and look-up, awaited',
    figure: await bytesPerCall(hashAndGet(ids)),
    unit: 'bytes',
  },
])
