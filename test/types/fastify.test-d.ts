import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server } from 'node:https'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  type FastifyTypeProvider,
} from 'fastify'
import type { Authorizer, Denied, Principal } from 'rest-api-key'
import { tenantFromHeader, tenantFromKey } from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fastify'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer
declare const key: Buffer
declare const cert: Buffer

// The principal, without a cast: nullable everywhere, because the type of a request does not depend on its plugins.
const app = Fastify()
await app.register(apiKeyAuth, { authorizer, tenant: 'acme' })
await app.register(apiKeyAuth, { authorizer, tenant: 'acme', optional: true })
app.get('/', async (request) => {
  expectTypeOf(request.apiKey).toEqualTypeOf<Principal | null | undefined>()
  expectTypeOf(principalOf(request)).toEqualTypeOf<Principal>()
})

// What a route says of its request survives its guard.
interface Incident {
  Params: { id: string }
  Body: { title: string }
}
app.put<Incident>('/incidents/:id', { onRequest: requireRole('Operator') }, async (request) => {
  expectTypeOf(request.params).toEqualTypeOf<{ id: string }>()
  expectTypeOf(request.body).toEqualTypeOf<{ title: string }>()
  expectTypeOf(principalOf(request)).toEqualTypeOf<Principal>()
})
app.route<Incident>({
  method: 'DELETE',
  url: '/incidents/:id',
  preHandler: [requireRole('Administrator'), requireRole('Operator')],
  handler: async (request) => request.params.id,
})
app.addHook('onRequest', requireRole('Operator'))

// HTTPS, HTTP/2, both, and a logger of one's own.
interface MyLogger extends FastifyBaseLogger {
  audit(text: string): void
}
declare const loggerInstance: MyLogger

const https = Fastify({ https: { key, cert } })
await https.register(apiKeyAuth, { authorizer, tenant: 'acme' })
https.get('/', { onRequest: requireRole('Operator') }, async (request) => principalOf(request))
expectTypeOf(https.server).toEqualTypeOf<Server>()

const http2 = Fastify({ http2: true })
await http2.register(apiKeyAuth, { authorizer, tenant: 'acme' })
http2.addHook('onRequest', requireRole('Operator'))
http2.get<Incident>('/:id', { onRequest: requireRole('Operator') }, async (request) => {
  expectTypeOf(request.params).toEqualTypeOf<{ id: string }>()
  return principalOf(request)
})
http2.get('/', { preHandler: [requireRole('Operator')] }, async (request) => principalOf(request))
expectTypeOf(http2.server).toEqualTypeOf<Http2Server>()

const secureHttp2 = Fastify({ http2: true, https: { key, cert }, loggerInstance })
await secureHttp2.register(apiKeyAuth, { authorizer, tenant: 'acme' })
secureHttp2.get('/', { onRequest: requireRole('Operator') }, async (request) => {
  request.log.audit(principalOf(request).keyId)
})
expectTypeOf(secureHttp2.server).toEqualTypeOf<Http2SecureServer>()

const logging = Fastify({ loggerInstance })
await logging.register(apiKeyAuth, { authorizer, tenant: 'acme' })
logging.get('/', { onRequest: requireRole('Operator') }, async (request) => {
  request.log.audit(principalOf(request).keyId)
})

// A type provider.
interface TextProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends { readonly type: 'text' } ? string : number
}
const typed = Fastify({ loggerInstance }).withTypeProvider<TextProvider>()
await typed.register(apiKeyAuth, { authorizer, tenant: 'acme' })
typed.post(
  '/',
  { schema: { body: { type: 'text' } as const }, onRequest: requireRole('Operator') },
  (request) => {
    expectTypeOf(request.body).toEqualTypeOf<string>()
    expectTypeOf(request.apiKey).toEqualTypeOf<Principal | null | undefined>()
  },
)
const typedHttp2 = Fastify({ http2: true }).withTypeProvider<TextProvider>()
await typedHttp2.register(apiKeyAuth, { authorizer, tenant: 'acme' })
typedHttp2.post(
  '/',
  { schema: { body: { type: 'text' } as const }, preHandler: requireRole('Operator') },
  (request) => {
    expectTypeOf(request.body).toEqualTypeOf<string>()
  },
)

app
  .withTypeProvider<TextProvider>()
  .post(
    '/text',
    { schema: { body: { type: 'text' } as const }, onRequest: requireRole('Operator') },
    (request) => {
      expectTypeOf(request.body).toEqualTypeOf<string>()
      expectTypeOf(principalOf(request)).toEqualTypeOf<Principal>()
    },
  )

// A plugin of the application registers it for its own scope.
export const incidents: FastifyPluginAsync = async (scope) => {
  await scope.register(apiKeyAuth, { authorizer, tenant: tenantFromHeader('x-tenant') })
  scope.get('/', { onRequest: requireRole('Operator') }, async (request) => principalOf(request).tenantId)
}
await app.register(incidents, { prefix: '/incidents' })

// Functions among the options need no annotation.
await app.register(apiKeyAuth, {
  authorizer,
  tenant: (request) => {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
    return request.hostname
  },
  ip: (request) => {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
    return request.ip
  },
  onDenied: (decision, request, reply) => {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
    expectTypeOf(reply).toEqualTypeOf<FastifyReply>()
    return reply.code(decision.response.status).send({ reason: decision.reason })
  },
})
await app.register(apiKeyAuth, { authorizer, tenant: async (request) => request.hostname.split('.')[0] })
await http2.register(apiKeyAuth, { authorizer, tenant: (request) => request.hostname })
await app.register(apiKeyAuth, { authorizer, tenant: tenantFromKey, optional: process.env.OPEN === '1' })

// @ts-expect-error: a tenant has no default.
await app.register(apiKeyAuth, { authorizer })
// @ts-expect-error: an authorizer is required.
await app.register(apiKeyAuth, { tenant: 'acme' })
// @ts-expect-error: an option that does not exist.
await app.register(apiKeyAuth, { authorizer, tenant: 'acme', optinal: true })
// @ts-expect-error: a list is no tenant.
await app.register(apiKeyAuth, { authorizer, tenant: () => ['acme'] })
// @ts-expect-error: roles are texts.
requireRole(1)
expectTypeOf<Parameters<typeof apiKeyAuth>[1]>().toEqualTypeOf<ApiKeyAuthOptions>()
