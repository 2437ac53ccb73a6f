import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import { createFactory, createMiddleware } from 'hono/factory'
import type { Authorizer, Denied, Principal } from 'rest-api-key'
import { tenantFromHeader, tenantFromKey, trustedClientIp } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/hono'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer

// The principal, without a cast: nullable where nothing says which middleware ran, a Principal behind the middleware.
const app = new Hono()
app.use(apiKeyAuth(authorizer, { tenant: 'acme', ip: getConnInfo }))
app.get('/', (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal | null>()
  expectTypeOf(c.get('apiKey')).toEqualTypeOf<Principal | null>()
  expectTypeOf(principalOf(c)).toEqualTypeOf<Principal>()
  return c.body(null)
})
app.get('/:id', apiKeyAuth(authorizer, { tenant: 'acme' }), requireRole('Operator'), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
  expectTypeOf(c.get('apiKey')).toEqualTypeOf<Principal>()
  expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
  expectTypeOf(principalOf(c)).toEqualTypeOf<Principal>()
  return c.json({ tenant: c.var.apiKey.tenantId })
})
new Hono()
  .use(apiKeyAuth(authorizer, { tenant: 'acme' }))
  .delete('/incidents/:id', requireRole('Administrator'), (c) => {
    expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
    expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
    return c.body(null)
  })

// `optional` makes it nullable there too, also where its value is not known.
app.get('/open', apiKeyAuth(authorizer, { tenant: 'acme', optional: true }), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal | null>()
  return c.body(null)
})
app.get('/maybe', apiKeyAuth(authorizer, { tenant: 'acme', optional: process.env.OPEN === '1' }), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal | null>()
  return c.body(null)
})
app.get('/closed', apiKeyAuth(authorizer, { tenant: 'acme', optional: false }), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
  return c.body(null)
})

// Variables and bindings of one's own.
interface MyEnv {
  Variables: { startedAt: Date }
  Bindings: { TOKEN: string }
}
const own = new Hono<MyEnv>()
own.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
own.get('/:id', apiKeyAuth(authorizer, { tenant: 'acme' }), requireRole('Operator'), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
  expectTypeOf(c.var.startedAt).toEqualTypeOf<Date>()
  expectTypeOf(c.env.TOKEN).toEqualTypeOf<string>()
  expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
  // @ts-expect-error: there is no such variable.
  c.var.other
  return c.json({ tenant: principalOf(c).tenantId })
})
own
  .use(
    createMiddleware<MyEnv>(async (c, next) => {
      c.set('startedAt', new Date())
      await next()
    }),
  )
  .use(apiKeyAuth(authorizer, { tenant: 'acme' }))
  .get('/incidents', (c) => {
    expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
    expectTypeOf(c.var.startedAt).toEqualTypeOf<Date>()
    return c.body(null)
  })
createFactory<MyEnv>().createHandlers(apiKeyAuth(authorizer, { tenant: 'acme' }), (c) => {
  expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
  return c.body(null)
})

// Functions among the options need no annotation, in either overload.
const clientIp = trustedClientIp({ trust: ['loopback'] })
apiKeyAuth(authorizer, {
  tenant: (c) => {
    expectTypeOf(c).toEqualTypeOf<Context>()
    return c.req.header('x-tenant')
  },
  ip: (c) => clientIp({ remoteAddress: getConnInfo(c).remote.address, headers: c.req.raw.headers }),
  onDenied: (decision, c) => {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(c).toEqualTypeOf<Context>()
    return c.json({ reason: decision.reason }, decision.response.status)
  },
})
apiKeyAuth(authorizer, {
  tenant: async (c) => {
    expectTypeOf(c).toEqualTypeOf<Context>()
    return c.req.header('x-tenant') ?? null
  },
  optional: true,
})
apiKeyAuth(authorizer, { tenant: tenantFromKey, ip: () => undefined })
apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant'), ip: () => ({ remote: {} }) })

// @ts-expect-error: a tenant has no default.
apiKeyAuth(authorizer, {})
// @ts-expect-error: an option that does not exist.
apiKeyAuth(authorizer, { tenant: 'acme', optinal: true })
// @ts-expect-error: a list is no tenant.
apiKeyAuth(authorizer, { tenant: () => ['acme'] })
// @ts-expect-error: an address is a text.
apiKeyAuth(authorizer, { tenant: 'acme', ip: () => 0 })
// @ts-expect-error: roles are texts.
requireRole(1)
