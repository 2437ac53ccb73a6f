// What `authorize` costs beside one SHA-256 and one look-up, for so many cached keys.
import { cachedAuthorizer, createIds, hashAndGet, storeOf } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { controlRow, print, ratioRow, settings } from '../rows.mjs'

const { keys, atMost, rounds } = settings({ keys: 10_000, rounds: 1_000 })

const ids = createIds(keys)
const { authorize } = await cachedAuthorizer(ids, { store: storeOf(() => ['192.0.2.0/24']) })
const [least, control, own] = await paired(
  [
    { name: 'one SHA-256 and one look-up', call: hashAndGet(ids) },
    { name: 'authorize', call: authorize },
  ],
  { rounds, callsPerRound: 500, indexes: keys },
)
const what = `authorize, ${keys.toLocaleString('en')} cached keys, one IPv4 rule / SHA-256 and look-up`
print([controlRow(what, control), { ...ratioRow(what, own, { atMost }), detail: [least, own] }])
