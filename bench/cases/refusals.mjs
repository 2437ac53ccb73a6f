// What a refused request costs beside an allowed one.
import { cachedAuthorizer, createIds, digestOf, storeOf } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { controlRow, print, ratioRow, settings } from '../rows.mjs'

const { keys, atMost, rounds } = settings({ keys: 10_000, rounds: 600 })

const ids = createIds(keys)
const unknownIds = createIds(keys)
const unknown = new Set(unknownIds.map(digestOf))
const known = storeOf(() => ['192.0.2.0/24'])
const store = {
  findByDigest: async (digest) => (unknown.has(digest) ? null : known.findByDigest(digest)),
}

async function refused(reason, request, asked = ids) {
  const { authorize } = await cachedAuthorizer(asked, { store, request })
  return { name: reason, call: async (index) => (await authorize(index)).reason === reason }
}

const { authorize } = await cachedAuthorizer(ids, { store })
const [, control, ...others] = await paired(
  [
    { name: 'allowed', call: async (index) => (await authorize(index)).allowed },
    await refused(
      'malformed_credentials',
      {},
      ids.map((id) => `"${id}"`),
    ),
    await refused('unknown_key', {}, unknownIds),
    await refused('wrong_tenant', { tenantId: 'globex' }),
    await refused('ip_not_allowed', { ip: '198.51.100.1' }),
  ],
  { rounds, callsPerRound: 500, indexes: keys },
)
print([
  controlRow('an allowed request', control),
  ...others.map((measured) => ratioRow(`refused: ${measured.name} / allowed`, measured, { atMost })),
])
