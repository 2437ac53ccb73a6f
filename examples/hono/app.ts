import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { validator } from 'hono/validator'
import { type Authorizer, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/hono'
import { Incidents, titleIn } from '../shared/incidents.js'

export function createApp(authorizer: Authorizer): Hono {
  const incidents = new Incidents()
  const app = new Hono()
  const titled = validator(
    'json',
    (body, c) => titleIn(body) ?? c.json({ detail: 'A title is required.' }, 400),
  )

  app.use(apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant'), ip: getConnInfo }))

  app.get('/incidents', (c) => c.json(incidents.list(principalOf(c).tenantId)))

  app.post('/incidents', titled, (c) => {
    const { tenantId, onBehalfOf } = principalOf(c)
    return c.json(incidents.create(tenantId, c.req.valid('json'), onBehalfOf), 201)
  })

  app.delete('/incidents/:id', requireRole('Administrator'), (c) => {
    const deleted = incidents.delete(principalOf(c).tenantId, c.req.param('id'))
    return c.body(null, deleted ? 204 : 404)
  })

  return app
}
