import type { IncomingMessage, Server } from 'node:http'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fetch'
import { type Answer, type Framework, handled, type Route, whoami } from './http-api.js'

type Handler = (request: Request, env: HttpBindings) => Response | Promise<Response>
type Incoming = Request & { incoming?: IncomingMessage }

/** A server of Fetch requests, made of a server of Node.js: its raw header lines are not asked. */
const fetchServer: Framework = {
  name: 'Fetch',
  lacks: ['route parameters', 'header lines', 'earlier headers'],
  header: (request, header) => (request as Request).headers.get(header) ?? undefined,
  incoming: (request) => (request as Incoming).incoming as IncomingMessage,
  serve(api) {
    const { onDenied, onError, routes = [whoami], mount = '' } = api
    const guard = apiKeyAuth(api.authorizer, {
      tenant: api.tenant,
      ip: api.ip ?? ((_: Request, { incoming }: HttpBindings) => incoming.socket.remoteAddress),
      optional: api.optional,
      onDenied:
        onDenied &&
        (async (decision) => {
          const answer = answering()
          const returned = await onDenied(decision, answer)
          return answer.response() ?? (returned as Response | undefined)
        }),
    } as Parameters<typeof apiKeyAuth>[1])
    const handlers = new Map(routes.map((one) => [one, handlerOf(one)]))
    const closed = guard(async (request: Request, env: HttpBindings) => {
      if (request.method === 'POST') api.onBody?.()
      return route(false, mount)(request, env)
    })

    async function respond(request: Request, env: HttpBindings): Promise<Response> {
      const before = answering()
      api.before?.(before)
      const early = before.response()
      if (early !== undefined) return early
      Object.assign(request, { incoming: env.incoming })
      const isOpen = routes.some((one) => one.open && fits(one, '', request))
      return (isOpen ? route(true, '') : closed)(request, env)
    }

    return createAdaptorServer({
      async fetch(request, env) {
        try {
          return await respond(request, env as HttpBindings)
        } catch (error) {
          onError?.(error)
          return new Response(handled, { status: 500 })
        }
      },
    }) as Server

    function route(open: boolean, under: string): Handler {
      return (request, env) => {
        const found = routes.find((one) => (one.open ?? false) === open && fits(one, under, request))
        return found === undefined
          ? new Response(null, { status: 404 })
          : (handlers.get(found) as Handler)(request, env)
      }
    }
  },
}

export const frameworks: readonly Framework[] = [fetchServer]

function fits({ method = 'GET', path }: Route, under: string, request: Request): boolean {
  const isAsked = request.method === method || (request.method === 'HEAD' && method === 'GET')
  return isAsked && new URL(request.url).pathname === `${under}${path}`
}

function handlerOf({ roles, handle }: Route): Handler {
  const handler = async (request: Request & { apiKey?: ReturnType<typeof principalOf> | null }) => {
    const body = await request.text()
    const answered = await handle({ apiKey: request.apiKey, body, principalOf: () => principalOf(request) })
    return new Response(answered, { headers: { 'content-type': 'text/plain' } })
  }
  return roles === undefined ? handler : requireRole(...roles)(handler)
}

/** Collects what a test writes, for a response that is made afterwards. */
function answering(): Answer & { response(): Response | undefined } {
  const headers: [string, string][] = []
  let status = 200
  let body: string | undefined
  return {
    status: (given) => {
      status = given
    },
    set: (name, value) => headers.push([name, value]),
    send(given, text) {
      status = given
      body = text
    },
    response: () => (body === undefined ? undefined : new Response(body, { status, headers })),
  }
}
