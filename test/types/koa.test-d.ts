import Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import type { Authorizer, Denied, Principal } from 'rest-api-key'
import { tenantFromHeader, tenantFromKey } from 'rest-api-key'
import { type ApiKeyContext, type ApiKeyState, apiKeyAuth, principalOf, requireRole } from 'rest-api-key/koa'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer

// The principal, without a cast, on the default state.
const app = new Koa()
app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
app.use(apiKeyAuth(authorizer, { tenant: 'acme', optional: true }))
app.use(requireRole('Operator'))
app.use((ctx) => {
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
  expectTypeOf(principalOf(ctx)).toEqualTypeOf<Principal>()
})

// A state and a context of one's own.
interface MyState {
  startedAt: Date
}
interface MyContext {
  log(text: string): void
}
const own = new Koa<MyState & ApiKeyState, MyContext>()
own.use(apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') }))
own.use(requireRole('Operator'))
own.use((ctx, next) => {
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
  expectTypeOf(ctx.state.startedAt).toEqualTypeOf<Date>()
  expectTypeOf(ctx.log).toEqualTypeOf<(text: string) => void>()
  expectTypeOf(principalOf(ctx)).toEqualTypeOf<Principal>()
  // @ts-expect-error: the state has no such member.
  ctx.state.other
  return next()
})
// A state that does not mention the key is extended by the middleware.
new Koa<MyState>().use(apiKeyAuth(authorizer, { tenant: 'acme' })).use((ctx) => {
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
  expectTypeOf(ctx.state.startedAt).toEqualTypeOf<Date>()
})
expectTypeOf(apiKeyAuth(authorizer, { tenant: 'acme' })).toExtend<Middleware>()

// Routes of @koa/router keep their parameters.
const router = new Router()
router.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
router.delete('/incidents/:id', requireRole('Administrator'), (ctx) => {
  expectTypeOf(ctx.params).toEqualTypeOf<Record<string, string>>()
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
  ctx.body = { id: ctx.params.id, by: principalOf(ctx).onBehalfOf }
})
app.use(router.routes()).use(router.allowedMethods())

const ownRouter = new Router<MyState & ApiKeyState, MyContext>()
ownRouter.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
ownRouter.get(
  '/:tenant/incidents',
  apiKeyAuth(authorizer, { tenant: 'acme' }),
  requireRole('Operator'),
  (ctx) => {
    expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
    expectTypeOf(ctx.state.startedAt).toEqualTypeOf<Date>()
    expectTypeOf(ctx.log).toEqualTypeOf<(text: string) => void>()
    ctx.body = principalOf(ctx).tenantId
  },
)
own.use(ownRouter.routes())

// Functions among the options need no annotation.
apiKeyAuth(authorizer, {
  tenant: (ctx) => {
    expectTypeOf(ctx).toEqualTypeOf<ApiKeyContext>()
    expectTypeOf(ctx.get('x-tenant')).toEqualTypeOf<string>()
    return ctx.get('x-tenant')
  },
  ip: (ctx) => {
    expectTypeOf(ctx.ip).toEqualTypeOf<string>()
    return ctx.ip
  },
  onDenied: (decision, ctx) => {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    ctx.status = decision.response.status
    ctx.body = { reason: decision.reason }
  },
})
apiKeyAuth(authorizer, { tenant: async (ctx) => ctx.subdomains[0] })
apiKeyAuth(authorizer, { tenant: tenantFromKey, optional: process.env.OPEN === '1' })

// @ts-expect-error: a tenant has no default.
apiKeyAuth(authorizer, {})
// @ts-expect-error: an option that does not exist.
apiKeyAuth(authorizer, { tenant: 'acme', optinal: true })
// @ts-expect-error: a list is no tenant.
apiKeyAuth(authorizer, { tenant: (ctx) => ctx.subdomains })
// @ts-expect-error: roles are texts.
requireRole(1)
