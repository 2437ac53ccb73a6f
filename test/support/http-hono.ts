import type { IncomingMessage, Server } from 'node:http'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status'
import type { Denied } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/hono'
import { type Answer, type Api, type Framework, handled, type Route, whoami } from './http-api.js'

export const frameworks: readonly Framework[] = [honoOf('Hono')]

function honoOf(name: string): Framework {
  type Env = { Bindings: HttpBindings; Variables: { body: string } }

  const answerOf = (c: Context) => {
    const answer: Answer & { answered?: Response } = {
      status: (status) => c.status(status as StatusCode),
      set: (header, value) => c.header(header, value),
      send(status, body) {
        answer.answered = c.body(body, status as ContentfulStatusCode)
      },
    }
    return answer
  }

  return {
    name,
    header: (request, header) => (request as Context).req.header(header),
    incoming: (request) => (request as Context<Env>).env.incoming as IncomingMessage,
    serve(api) {
      const app = new Hono<Env>()
      const { onDenied, onError, ip, mount = '', routes = [whoami] } = api
      if (onError !== undefined) {
        app.onError((error, c) => {
          onError(error)
          return c.text(handled, 500)
        })
      }
      app.use(async (c, next) => {
        const answer = answerOf(c)
        api.before?.(answer)
        if (answer.answered !== undefined) return answer.answered
        await next()
      })
      for (const route of routes.filter(({ open }) => open)) add(route)
      app.use(
        `${mount}/*`,
        apiKeyAuth(api.authorizer, {
          tenant: api.tenant,
          ip: ip ?? getConnInfo,
          optional: api.optional,
          onDenied: onDenied && ((decision, c) => deny(onDenied, decision, c)),
        }),
        async (c, next) => {
          if (c.req.method === 'POST') {
            api.onBody?.()
            c.set('body', await c.req.text())
          }
          await next()
        },
      )
      for (const route of routes.filter(({ open }) => !open)) add(route, mount)
      return createAdaptorServer({ fetch: app.fetch }) as Server

      function add({ method = 'GET', path, roles, handle }: Route, under = ''): void {
        const guards = roles === undefined ? [] : [requireRole(...roles)]
        app.on(method, [`${under}${path}`], ...guards, async (c) => {
          const answered = await handle({
            apiKey: c.var.apiKey,
            body: c.var.body ?? '',
            principalOf: () => principalOf(c),
          })
          return c.text(answered)
        })
      }
    },
  }

  /** Hono answers with what is returned. */
  function deny(onDenied: NonNullable<Api['onDenied']>, decision: Denied, c: Context): unknown {
    const answer = answerOf(c)
    const denying = onDenied(decision, answer)
    if (denying instanceof Promise) return denying.then((value) => answer.answered ?? value)
    return answer.answered ?? denying
  }
}
