import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import Router, { type RouterMiddleware } from '@koa/router'
import Koa3, { type ParameterizedContext } from 'koa'
import Koa2 from 'koa2'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/koa'
import { type Answer, type Framework, handled, type Route, whoami } from './http-api.js'

/** Its majors, for what only Koa has. */
export const koas = [
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
] as const

export const frameworks: readonly Framework[] = koas.map(([name, Koa]) => koaOf(name, Koa))

function koaOf(name: string, Koa: typeof Koa3): Framework {
  type Ctx = ParameterizedContext

  const answerOf = (ctx: Ctx): Answer => ({
    status(status) {
      ctx.status = status
    },
    set: (header, value) => ctx.set(header, value),
    send(status, body) {
      ctx.status = status
      ctx.body = body
    },
  })

  return {
    name,
    header: (request, header) => (request as Ctx).get(header) || undefined,
    incoming: (request) => (request as Ctx).req,
    serve(api) {
      const app = new Koa()
      app.silent = true
      Object.assign(app, api.trust)
      const { onDenied, onError, routes = [whoami] } = api
      if (onError !== undefined) {
        app.use(async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            onError(error)
            ctx.status = 500
            ctx.body = handled
          }
        })
      }
      app.use((ctx, next) => {
        api.before?.(answerOf(ctx))
        return next()
      })
      const open = new Router()
      for (const route of routes.filter((one) => one.open)) add(open, route)
      app.use(open.routes())
      const auth = apiKeyAuth(api.authorizer, {
        tenant: api.tenant,
        ip: api.ip,
        optional: api.optional,
        onDenied: onDenied && ((decision, ctx) => onDenied(decision, answerOf(ctx as Ctx))),
      })
      const router = new Router(api.mount === undefined ? {} : { prefix: api.mount })
      if (api.mount === undefined) app.use(auth)
      else router.use(auth as RouterMiddleware)
      router.use(async (ctx, next) => {
        if (ctx.method === 'POST') {
          api.onBody?.()
          ctx.state.body = await text(ctx.req)
        }
        await next()
      })
      for (const route of routes.filter((one) => !one.open)) add(router, route)
      app.use(router.routes())
      return createServer(app.callback())
    },
  }

  function add(router: Router, { method = 'GET', path, roles, handle }: Route): void {
    const guards = roles === undefined ? [] : [requireRole(...roles) as RouterMiddleware]
    router[method === 'GET' ? 'get' : 'post'](path, ...guards, async (ctx) => {
      ctx.body = await handle({
        apiKey: ctx.state.apiKey,
        body: (ctx.state as { body?: string }).body ?? '',
        principalOf: () => principalOf(ctx),
      })
    })
  }
}
