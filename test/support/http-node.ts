import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { apiKeyAuth, principalOf, requireRole, type WithApiKey } from 'rest-api-key/node'
import { type Answer, type Framework, handled, type Route, whoami } from './http-api.js'

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

/** A server without a framework. */
const nodeHttp: Framework = {
  name: 'node:http',
  lacks: ['route parameters'],
  header(request, header) {
    const value = (request as IncomingMessage).headers[header]
    return Array.isArray(value) ? value.join(', ') : value
  },
  incoming: (request) => request as IncomingMessage,
  serve(api) {
    const { onDenied, onError, routes = [whoami], mount = '' } = api
    const guard = apiKeyAuth(api.authorizer, {
      tenant: api.tenant,
      ip: api.ip,
      optional: api.optional,
      onDenied: onDenied && ((decision, _, res) => onDenied(decision, answerOf(res as ServerResponse))),
      ...(onError && { onError: (error, _, res) => failed(error, res as ServerResponse) }),
    } as Parameters<typeof apiKeyAuth>[1])
    const closed = guard(async (req, res: ServerResponse) => {
      if (req.method === 'POST') api.onBody?.()
      const body = req.method === 'POST' ? await text(req) : ''
      await route(false, mount, body)(req as IncomingMessage, res)
    })
    const handlers = new Map(routes.map((one) => [one, handlerOf(one)]))

    return createServer(async (req, res) => {
      api.before?.(answerOf(res))
      if (res.writableEnded) return
      if (routes.some((one) => one.open && fits(one, '', req))) {
        try {
          await route(true, '', '')(req, res)
        } catch (error) {
          failed(error, res)
        }
      } else {
        await closed(req, res)
      }
    })

    function route(open: boolean, under: string, body: string): Handler {
      return (req, res) => {
        const found = routes.find((one) => (one.open ?? false) === open && fits(one, under, req))
        if (found === undefined) return res.writeHead(404).end()
        return handlers.get(found)?.(Object.assign(req, { body }), res)
      }
    }

    function failed(error: unknown, res: ServerResponse): void {
      onError?.(error)
      res.writeHead(500, { 'content-type': 'text/plain' }).end(handled)
    }
  },
}

export const frameworks: readonly Framework[] = [nodeHttp]

function fits({ method = 'GET', path }: Route, under: string, req: IncomingMessage): boolean {
  const asked = (req.url ?? '').split('?')[0]
  // A HEAD request is a GET request whose answer has no body.
  return asked === `${under}${path}` && (req.method === method || (req.method === 'HEAD' && method === 'GET'))
}

function handlerOf({ roles, handle }: Route): Handler {
  const handler = async (req: IncomingMessage, res: ServerResponse) => {
    const { apiKey, body = '' } = req as WithApiKey<IncomingMessage & { body?: string }>
    const answered = await handle({ apiKey, body, principalOf: () => principalOf(req) })
    res.setHeader('content-type', 'text/plain')
    res.end(answered)
  }
  return roles === undefined ? handler : requireRole(...roles)(handler)
}

function answerOf(res: ServerResponse): Answer {
  return {
    status: (status) => {
      res.statusCode = status
    },
    set: (name, value) => void res.setHeader(name, value),
    send: (status, body) => void res.writeHead(status).end(body),
  }
}
