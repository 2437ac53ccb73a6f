import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { type Authorizer, type Denied, type Principal, tenantFromHeader, trustedClientIp } from 'rest-api-key'
import { apiKeyAuth, type NodeRequest, principalOf, requireRole, type WithApiKey } from 'rest-api-key/node'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer

const guarded = apiKeyAuth(authorizer, { tenant: 'acme' })

// The principal, without a cast, and the server's own request and response.
createServer(
  guarded((req, res) => {
    expectTypeOf(req.apiKey).toEqualTypeOf<Principal>()
    expectTypeOf(principalOf(req)).toEqualTypeOf<Principal>()
    expectTypeOf(req).toExtend<IncomingMessage>()
    expectTypeOf(res).toExtend<ServerResponse>()
    res.end(req.apiKey.tenantId)
  }),
)
createSecureServer(
  guarded((req: WithApiKey<Http2ServerRequest>, res: Http2ServerResponse) => {
    expectTypeOf(req.apiKey).toEqualTypeOf<Principal>()
    expectTypeOf(req).toExtend<Http2ServerRequest>()
    res.stream.respond()
  }),
)

// `optional` makes it nullable, also where its value is not known.
apiKeyAuth(authorizer, { tenant: 'acme', optional: true })(
  (req: IncomingMessage & { apiKey: Principal | null }) => {
    expectTypeOf(req.apiKey).toEqualTypeOf<Principal | null>()
  },
)
createServer(
  apiKeyAuth(authorizer, { tenant: 'acme', optional: process.env.OPEN === '1' })((req, res) => {
    expectTypeOf(req.apiKey).toEqualTypeOf<Principal | null>()
    res.end()
  }),
)

// A role, by itself and inside.
createServer(guarded(requireRole('Operator')((req, res) => res.end(req.apiKey.inRole))))

apiKeyAuth(authorizer, {
  tenant: async (req) => {
    expectTypeOf(req).toEqualTypeOf<NodeRequest>()
    return req.headers['x-tenant']?.toString()
  },
  ip: (req) => req.socket.remoteAddress,
  onDenied(decision, req, res) {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(req).toEqualTypeOf<NodeRequest>()
    res.statusCode = 404
    res.end()
  },
  onError(error, _req, res) {
    expectTypeOf(error).toEqualTypeOf<unknown>()
    res.end()
  },
})
apiKeyAuth(authorizer, {
  tenant: tenantFromHeader('x-tenant'),
  ip: (req) => trustedClientIp({ trust: ['loopback'] })(req as IncomingMessage),
})

// @ts-expect-error A tenant is required.
apiKeyAuth(authorizer, {})
// @ts-expect-error No such option.
apiKeyAuth(authorizer, { tenant: 'acme', tenants: [] })
