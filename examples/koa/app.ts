import { json } from 'node:stream/consumers'
import Router from '@koa/router'
import Koa from 'koa'
import { type Authorizer, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/koa'
import { Incidents, titleIn } from '../shared/incidents.js'

export function createApp(authorizer: Authorizer): Koa {
  const incidents = new Incidents()
  const router = new Router()

  router.get('/incidents', (ctx) => {
    ctx.body = incidents.list(principalOf(ctx).tenantId)
  })

  router.post('/incidents', async (ctx) => {
    const { tenantId, onBehalfOf } = principalOf(ctx)
    // An application of yours has a body parser, with a limit.
    const title = titleIn(await json(ctx.req).catch(() => undefined))
    ctx.status = title ? 201 : 400
    ctx.body = title ? incidents.create(tenantId, title, onBehalfOf) : { detail: 'A title is required.' }
  })

  router.delete('/incidents/:id', requireRole('Administrator'), (ctx) => {
    const deleted = incidents.delete(principalOf(ctx).tenantId, ctx.params.id ?? '')
    ctx.status = deleted ? 204 : 404
  })

  const app = new Koa()
  app.use(apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') }))
  app.use(router.routes())
  return app
}
