import { text } from 'node:stream/consumers'
import fastify5, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import { fastify as fastify4 } from 'fastify4'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fastify'
import { type Answer, type Framework, handled, type Route, whoami } from './http-api.js'

/** Its majors, for what only Fastify has. */
export const fastifys = [
  ['Fastify 5', fastify5],
  ['Fastify 4', fastify4 as unknown as typeof fastify5],
] as const

export const frameworks: readonly Framework[] = fastifys.map(([name, fastify]) => fastifyOf(name, fastify))

function fastifyOf(name: string, fastify: typeof fastify5): Framework {
  const answerOf = (reply: FastifyReply): Answer => ({
    status: (status) => void reply.code(status),
    set: (header, value) => void reply.header(header, value),
    send: (status, body) => void reply.code(status).send(body),
  })

  return {
    name,
    header(request, header) {
      const value = (request as FastifyRequest).headers[header]
      return Array.isArray(value) ? value.join(', ') : value
    },
    incoming: (request) => (request as FastifyRequest).raw,
    async serve(api) {
      const app = fastify(
        api.trust === undefined
          ? {}
          : ({ trustProxy: api.trust } as Pick<FastifyServerOptions, 'trustProxy'>),
      )
      const { onDenied, onError, routes = [whoami] } = api
      if (onError !== undefined) {
        app.setErrorHandler((error, _, reply) => {
          onError(error)
          return reply.code(500).send(handled)
        })
      }
      app.addContentTypeParser('text/plain', async (_: FastifyRequest, payload: NodeJS.ReadableStream) => {
        api.onBody?.()
        return text(payload)
      })
      app.addHook('onRequest', async (_, reply) => {
        api.before?.(answerOf(reply))
      })
      for (const route of routes.filter((one) => one.open)) add(app, route)
      // A hook acts in its whole scope, whatever was there before: open routes need one of their own.
      if (api.mount === undefined && !routes.some((one) => one.open)) await guarded(app)
      else await app.register(guarded, api.mount === undefined ? {} : { prefix: api.mount })
      await app.ready()
      return app.server

      async function guarded(scope: FastifyInstance): Promise<void> {
        await scope.register(apiKeyAuth, {
          authorizer: api.authorizer,
          tenant: api.tenant,
          ip: api.ip,
          optional: api.optional,
          onDenied: onDenied && ((decision, _, reply) => onDenied(decision, answerOf(reply))),
        })
        for (const route of routes.filter((one) => !one.open)) add(scope, route)
      }

      function add(scope: FastifyInstance, { method = 'GET', path, roles, handle }: Route): void {
        scope.route({
          method,
          url: path,
          ...(roles && { onRequest: requireRole(...roles) }),
          handler: async (request) =>
            handle({
              apiKey: request.apiKey,
              body: String(request.body ?? ''),
              principalOf: () => principalOf(request),
            }),
        })
      }
    },
  }
}
