// Points of the plot: what a request costs by the number of cached keys, and by the number of IP rules of its key.
import { cachedAuthorizer, createIds, hashAndGet, storeOf } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { print, settings } from '../rows.mjs'

const { most, rounds } = settings({ most: 100_000, rounds: 300 })

function* powersOf10(from) {
  for (let count = from; count <= most; count *= 10) yield count
}

async function measure(keys, candidates) {
  return (await paired(candidates, { rounds, callsPerRound: 500, indexes: keys })).map(
    ({ nanoseconds }) => nanoseconds,
  )
}

const byKeys = []
for (const count of powersOf10(10)) {
  const ids = createIds(count)
  const { authorize } = await cachedAuthorizer(ids, { store: storeOf(() => ['192.0.2.0/24']) })
  const [least, , own] = await measure(count, [
    { name: 'SHA-256 and look-up', call: hashAndGet(ids) },
    { name: 'authorize', call: authorize },
  ])
  byKeys.push({ count, least, own })
}

const keys = 10
const ids = createIds(keys)
const byRules = []
for (const count of powersOf10(1)) {
  const list = Array.from({ length: count }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  const request = { ip: list[count >> 1] }
  const { authorize } = await cachedAuthorizer(ids, { store: storeOf(() => list), request })
  const [own] = await measure(keys, [
    { name: 'authorize', call: async (index) => (await authorize(index)).allowed },
  ])
  byRules.push({ count, own })
}

print({ byKeys, byRules })
