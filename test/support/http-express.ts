import { createServer } from 'node:http'
import express5, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express'
import express4 from 'express4'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/express'
import { type Answer, type Framework, handled, type Route, whoami } from './http-api.js'

/** Its majors, for what only Express has. */
export const expresses = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const

export const frameworks: readonly Framework[] = expresses.map(([name, express]) => expressOf(name, express))

export function expressOf(name: string, express: typeof express5): Framework {
  const answerOf = (res: Response): Answer => ({
    status: (status) => void res.status(status),
    set: (header, value) => void res.setHeader(header, value),
    send: (status, body) => void res.status(status).end(body),
  })

  return {
    name,
    header: (request, header) => (request as Request).get(header),
    incoming: (request) => request as Request,
    serve(api) {
      const app = express()
      if (api.trust !== undefined) app.set('trust proxy', api.trust)
      app.use((_, res, next) => {
        api.before?.(answerOf(res))
        next()
      })
      const { onDenied, routes = [whoami] } = api
      const mount = api.mount ?? '/'
      for (const route of routes.filter(({ open }) => open)) add(app, route)
      app.use(
        mount,
        apiKeyAuth(api.authorizer, {
          tenant: api.tenant,
          ip: api.ip,
          optional: api.optional,
          onDenied: onDenied && ((decision, _, res) => onDenied(decision, answerOf(res))),
        }),
      )
      app.use((req, _, next) => {
        if (req.method === 'POST') api.onBody?.()
        next()
      }, express.text())
      const router = express.Router()
      for (const route of routes.filter(({ open }) => !open)) add(router, route)
      app.use(mount, router)
      const { onError } = api
      if (onError !== undefined) {
        // Express tells error handlers by their four parameters.
        const handler: ErrorRequestHandler = (error, _req, res, _next) => {
          onError(error)
          res.status(500).end(handled)
        }
        app.use(handler)
      }
      return createServer(app)
    },
  }

  function add(
    to: { [Method in 'get' | 'post']: (path: string, ...handlers: RequestHandler[]) => unknown },
    { method = 'GET', path, roles, handle }: Route,
  ): void {
    const guards = roles === undefined ? [] : [requireRole(...roles) as RequestHandler]
    to[method === 'GET' ? 'get' : 'post'](path, ...guards, (req, res, next) => {
      const handing = handle({
        apiKey: req.apiKey,
        body: String(req.body ?? ''),
        principalOf: () => principalOf(req),
      })
      if (typeof handing === 'string') res.type('text').send(handing)
      else handing.then((body) => res.type('text').send(body), next)
    })
  }
}
