import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Authorizer, Denied, Principal } from 'rest-api-key'
import { tenantFromKey, tenantFromParam } from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth, principalOf, requireRole } from 'rest-api-key/express'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer
const app = express()

// The principal, without a cast: nullable everywhere, because the type of a request does not depend on its middleware.
app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
app.use(apiKeyAuth(authorizer, { tenant: 'acme', optional: true }))
app.get('/', (req) => {
  expectTypeOf(req.apiKey).toEqualTypeOf<Principal | null | undefined>()
  expectTypeOf(principalOf(req)).toEqualTypeOf<Principal>()
})

// What a route says of its parameters survives every middleware, in any number and order.
const auth = apiKeyAuth(authorizer, { tenant: tenantFromParam('tenant') })
app.get('/:tenant/:id', auth, requireRole('Operator'), (req, res) => {
  expectTypeOf(req.params.tenant).toEqualTypeOf<string>()
  expectTypeOf(req.params.id).toEqualTypeOf<string>()
  // @ts-expect-error: the route has no such parameter.
  req.params.other
  res.json({ tenant: principalOf(req).tenantId })
})
app
  .route('/incidents/:id')
  .all(auth)
  .delete(requireRole('Administrator'), (req) => {
    expectTypeOf(req.params.id).toEqualTypeOf<string>()
  })
Router({ mergeParams: true }).get('/incidents/:id', [auth, requireRole('Operator')], (req: Request) => {
  expectTypeOf(req.apiKey).toEqualTypeOf<Principal | null | undefined>()
})

// So does what a handler says of the bodies, the query and the locals.
interface Incident {
  readonly title: string
}
type CreateIncident = RequestHandler<
  { id: string },
  Incident,
  Incident,
  { dryRun?: string },
  { startedAt: Date }
>
const create: CreateIncident = (req, res) => {
  expectTypeOf(principalOf(req)).toEqualTypeOf<Principal>()
  res.json(req.body)
}
app.put('/incidents/:id', auth, requireRole('Operator'), create)
app.post<'/incidents/:id', { id: string }, Incident, Incident>(
  '/incidents/:id',
  requireRole('Operator'),
  (req, res) => {
    expectTypeOf(req.body).toEqualTypeOf<Incident>()
    res.json(req.body)
  },
)
expectTypeOf(auth).toExtend<RequestHandler>()
expectTypeOf(auth).toExtend<CreateIncident>()

// Functions among the options need no annotation.
apiKeyAuth(authorizer, {
  tenant: (req) => {
    expectTypeOf(req).toEqualTypeOf<Request>()
    return req.get('x-tenant')
  },
  ip: (req) => {
    expectTypeOf(req).toEqualTypeOf<Request>()
    return req.socket.remoteAddress
  },
  onDenied: (decision, req, res) => {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(req).toEqualTypeOf<Request>()
    expectTypeOf(res).toEqualTypeOf<Response>()
    res.status(decision.response.status).send(decision.reason)
  },
})
apiKeyAuth(authorizer, { tenant: async (req) => req.get('x-tenant') ?? null })
apiKeyAuth(authorizer, { tenant: tenantFromKey, optional: process.env.OPEN === '1' })
apiKeyAuth(authorizer, { tenant: tenantFromKey, optional: undefined, ip: undefined })

// @ts-expect-error: a tenant has no default.
apiKeyAuth(authorizer, {})
// @ts-expect-error: an option that does not exist.
apiKeyAuth(authorizer, { tenant: 'acme', optinal: true })
// @ts-expect-error: a list is no tenant.
apiKeyAuth(authorizer, { tenant: () => ['acme'] })
// @ts-expect-error: an address is a text.
apiKeyAuth(authorizer, { tenant: 'acme', ip: () => 0 })
// @ts-expect-error: an authorizer, not its options.
apiKeyAuth({ store: authorizer }, { tenant: 'acme' })
// @ts-expect-error: roles are texts.
requireRole(1)
expectTypeOf<Parameters<typeof apiKeyAuth>[1]>().toEqualTypeOf<ApiKeyAuthOptions>()
