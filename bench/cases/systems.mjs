// Whole API-key systems in one process: what it takes to verify a key, with so many keys in memory.
import crypto from 'node:crypto'
import { peers } from '../http/peers.mjs'
import { cachedAuthorizer, createIds } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { controlRow, print, ratioRow, settings } from '../rows.mjs'

const { keys, rounds } = settings({ keys: 1_000, rounds: 60 })

/** With the map that its documentation leaves to the user. */
async function prefixedApiKey() {
  const { checkAPIKey, extractShortToken, generateAPIKey } = peers('prefixed-api-key')
  const tokens = []
  const hashes = new Map()
  for (let i = 0; i < keys; i++) {
    const { shortToken, longTokenHash, token } = await generateAPIKey({ keyPrefix: 'acme' })
    tokens.push(token)
    hashes.set(shortToken, longTokenHash)
  }
  return async (index) => checkAPIKey(tokens[index], hashes.get(extractShortToken(tokens[index])))
}

/** Its plugin over its adapter for memory, without rate limits. Records are put there as the plugin writes them. */
async function betterAuth() {
  const [{ betterAuth }, { memoryAdapter }, { apiKey }] = await Promise.all(
    ['better-auth', 'better-auth/adapters/memory', 'better-auth/plugins'].map(
      (name) => import(peers.resolve(name)),
    ),
  )
  const database = { user: [], session: [], account: [], verification: [], apikey: [] }
  const auth = betterAuth({
    database: memoryAdapter(database),
    secret: crypto.randomBytes(32).toString('hex'),
    baseURL: 'http://localhost',
    emailAndPassword: { enabled: true },
    plugins: [apiKey({ rateLimit: { enabled: false } })],
    logger: { disabled: true },
    telemetry: { enabled: false },
  })
  const { user } = await auth.api.signUpEmail({
    body: { email: 'bench@example.com', password: 'only for this benchmark', name: 'Bench' },
  })
  const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } })
  const [model] = database.apikey
  for (let i = 1; i < keys; i++) {
    database.apikey.unshift({ ...model, id: `key-${i}`, key: crypto.randomBytes(32).toString('base64url') })
  }
  // The first record, so that a search through all of them costs it nothing.
  database.apikey.unshift(database.apikey.pop())
  return async () => (await auth.api.verifyApiKey({ body: { key } })).valid
}

const ids = createIds(keys)
const { authorize } = await cachedAuthorizer(ids)
const [own, control, ...others] = await paired(
  [
    { name: 'rest-api-key', call: authorize },
    { name: 'prefixed-api-key', call: await prefixedApiKey() },
    {
      name: 'better-auth, api-key plugin over its memory adapter, which reads all keys',
      call: await betterAuth(),
    },
  ],
  { rounds, callsPerRound: 20, indexes: keys },
)
const what = `verify, ${keys.toLocaleString('en')} keys`
print([
  {
    ...ratioRow(`${what}: rest-api-key`, own),
    figure: own.nanoseconds / 1_000,
    unit: 'µs',
    spread: undefined,
    absolute: '',
  },
  controlRow(`${what}: rest-api-key`, control),
  ...others.map((other) => ratioRow(`${what}: ${other.name} / rest-api-key`, other, { atLeast: 1 })),
])
