import Fastify, { type FastifyInstance } from 'fastify'
import { type Authorizer, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fastify'
import { Incidents } from '../shared/incidents.js'

const newIncident = {
  type: 'object',
  required: ['title'],
  properties: { title: { type: 'string', minLength: 1 } },
}

export async function createApp(authorizer: Authorizer): Promise<FastifyInstance> {
  const incidents = new Incidents()
  const app = Fastify()

  await app.register(apiKeyAuth, { authorizer, tenant: tenantFromHeader('x-tenant') })

  app.get('/incidents', async (request) => incidents.list(principalOf(request).tenantId))

  app.post<{ Body: { title: string } }>(
    '/incidents',
    { schema: { body: newIncident } },
    async (request, reply) => {
      const { tenantId, onBehalfOf } = principalOf(request)
      reply.code(201)
      return incidents.create(tenantId, request.body.title, onBehalfOf)
    },
  )

  app.delete<{ Params: { id: string } }>(
    '/incidents/:id',
    { onRequest: requireRole('Administrator') },
    async (request, reply) => {
      const deleted = incidents.delete(principalOf(request).tenantId, request.params.id)
      reply.code(deleted ? 204 : 404)
    },
  )

  return app
}
