import Fastify from 'fastify'
import { apiKeyAuth } from 'rest-api-key/fastify'
import { check, key, otherKeys } from './keys.mjs'
import { peers } from './peers.mjs'

const bearerAuth = peers('@fastify/bearer-auth')

async function listening(prepare = () => {}) {
  const app = Fastify()
  await prepare(app)
  app.get('/', async () => 'ok')
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}

function byHand(app) {
  app.decorateRequest('apiKey', undefined)
  app.addHook('onRequest', async (request, reply) => {
    request.apiKey = check(request.headers.authorization)
    if (request.apiKey === undefined) return reply.code(401).send()
  })
}

const bearer = (keys) => listening((app) => app.register(bearerAuth, { keys, bearerType: 'Bearer' }))

export const variants = {
  bare: () => listening(),
  minimum: () => listening(byHand),
  own: (authorizer) => listening((app) => app.register(apiKeyAuth, { authorizer, tenant: 'acme' })),
  '@fastify/bearer-auth, 1 key': () => bearer(new Set([key])),
  '@fastify/bearer-auth, 100 keys': () => bearer(new Set([...otherKeys.slice(0, 99), key])),
}
