// What each option adds to a request with a cached key.
import { bearerCredentials, hmacSha256Digest, restApiKeyCredentials, sha256Digest } from 'rest-api-key'
import { cachedAuthorizer, createIds, storeOf } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { controlRow, print, ratioRow, settings } from '../rows.mjs'

const { keys, rounds } = settings({ keys: 1_000, rounds: 600 })

const ids = createIds(keys)
const pepper = 'only for this benchmark'
const touching = { ...storeOf(), touch: async () => {} }
const variants = {
  plain: {},
  'allowedIps: one block': { store: storeOf(() => ['192.0.2.0/24']) },
  'a function for the tenant': { request: { tenantId: () => 'acme' } },
  'an asynchronous function for the tenant': { request: { tenantId: async () => 'acme' } },
  'onDecision, which does nothing': { onDecision() {} },
  'lastUsed: true': { store: touching, lastUsed: true },
  hmacSha256Digest: { digest: hmacSha256Digest({ pepper }) },
  'a list of two digests, the first one matches': { digest: [sha256Digest(), hmacSha256Digest({ pepper })] },
  'a list of two formats': { credentials: [restApiKeyCredentials(), bearerCredentials()] },
}

const candidates = []
const authorizers = []
for (const [name, { request, ...options }] of Object.entries(variants)) {
  const cached = await cachedAuthorizer(ids, { ...options, request })
  authorizers.push(cached.authorizer)
  candidates.push({ name, call: async (index) => (await cached.authorize(index)).allowed })
}
const [, control, ...others] = await paired(candidates, { rounds, callsPerRound: 500, indexes: keys })
print([
  controlRow('no option', control),
  ...others.map((measured) => ratioRow(`with ${measured.name} / without`, measured)),
])
for (const authorizer of authorizers) await authorizer.close()
