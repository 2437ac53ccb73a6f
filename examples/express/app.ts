import express, { type Express } from 'express'
import { type Authorizer, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/express'
import { Incidents, titleIn } from '../shared/incidents.js'

export function createApp(authorizer: Authorizer): Express {
  const incidents = new Incidents()
  const app = express()

  app.use(apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') }))
  // Behind it, so that no body of a refused request is read.
  app.use(express.json())

  app.get('/incidents', (req, res) => {
    res.json(incidents.list(principalOf(req).tenantId))
  })

  app.post('/incidents', (req, res) => {
    const { tenantId, onBehalfOf } = principalOf(req)
    const title = titleIn(req.body)
    if (title === undefined) res.status(400).json({ detail: 'A title is required.' })
    else res.status(201).json(incidents.create(tenantId, title, onBehalfOf))
  })

  app.delete('/incidents/:id', requireRole('Administrator'), (req, res) => {
    const deleted = incidents.delete(principalOf(req).tenantId, req.params.id)
    res.status(deleted ? 204 : 404).end()
  })

  return app
}
