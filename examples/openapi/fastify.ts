import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Authorizer, openApiSecurityScheme, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf } from 'rest-api-key/fastify'
import { Incidents } from '../shared/incidents.js'

const text = { type: 'string' }
const incident = {
  type: 'object',
  properties: { id: text, title: text, openedBy: { type: ['string', 'null'] } },
}

export async function createApp(authorizer: Authorizer): Promise<FastifyInstance> {
  const incidents = new Incidents()
  const app = Fastify()

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Incidents', version: '1' },
      components: { securitySchemes: { restApiKey: openApiSecurityScheme() } },
      security: [{ restApiKey: [] }],
    },
  })

  // Outside of what is guarded: whoever has no key yet may read how to send one.
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  await app.register(async (api) => {
    await api.register(apiKeyAuth, { authorizer, tenant: tenantFromHeader('x-tenant') })
    const schema = {
      operationId: 'listIncidents',
      headers: { type: 'object', properties: { 'x-tenant': text }, required: ['x-tenant'] },
      response: { 200: { description: 'The incidents of the tenant', type: 'array', items: incident } },
    }
    api.get('/incidents', { schema }, async (request) => incidents.list(principalOf(request).tenantId))
  })

  return app
}
