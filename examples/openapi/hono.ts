import { getConnInfo } from '@hono/node-server/conninfo'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { type Authorizer, openApiSecurityScheme, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf } from 'rest-api-key/hono'
import { Incidents } from '../shared/incidents.js'

const incident = z.object({ id: z.string(), title: z.string(), openedBy: z.string().nullable() })

export function createApp(authorizer: Authorizer): OpenAPIHono {
  const incidents = new Incidents()
  const app = new OpenAPIHono()

  app.openAPIRegistry.registerComponent('securitySchemes', 'restApiKey', openApiSecurityScheme())

  // Outside of what is guarded: whoever has no key yet may read how to send one.
  app.doc31('/openapi.json', { openapi: '3.1.0', info: { title: 'Incidents', version: '1' } })

  const listIncidents = createRoute({
    operationId: 'listIncidents',
    method: 'get',
    path: '/incidents',
    middleware: apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant'), ip: getConnInfo }),
    security: [{ restApiKey: [] }],
    request: { headers: z.object({ 'x-tenant': z.string() }) },
    responses: {
      200: {
        description: 'The incidents of the tenant',
        content: { 'application/json': { schema: z.array(incident) } },
      },
    },
  })
  app.openapi(listIncidents, (c) => c.json([...incidents.list(principalOf(c).tenantId)], 200))

  return app
}
