import { type Authorizer, type Denied, type Principal, tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fetch'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer

const guarded = apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') })

// The principal, without a cast.
const plain = guarded((request) => {
  expectTypeOf(request.apiKey).toEqualTypeOf<Principal>()
  expectTypeOf(principalOf(request)).toEqualTypeOf<Principal>()
  return new Response(request.apiKey.tenantId)
})
expectTypeOf(plain(new Request('http://127.0.0.1'))).toEqualTypeOf<Promise<Response>>()

// What a server hands over beside the request: a route's context, a server, an environment.
interface RouteContext {
  params: Promise<{ id: string }>
}
const route = guarded(async (_request, { params }: RouteContext) => new Response((await params).id))
expectTypeOf<Parameters<typeof route>>().toEqualTypeOf<[request: Request, context: RouteContext]>()

interface Server {
  requestIP(request: Request): { address: string } | null
}
const served = apiKeyAuth(authorizer, {
  tenant: (request) => request.headers.get('x-tenant') ?? undefined,
  ip: (request, server: Server) => server.requestIP(request)?.address,
  onDenied(decision, request, _server: Server) {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(request).toEqualTypeOf<Request>()
    return decision.reason === 'role_not_allowed' ? new Response(null, { status: 404 }) : undefined
  },
})
served((request, server: Server) => new Response(server.requestIP(request)?.address))

// A request of the server's own.
class OwnRequest extends Request {
  readonly cookies = new Map<string, string>()
}
guarded((request: OwnRequest & { apiKey: Principal }) => new Response(request.cookies.get('session')))

// `optional` makes it nullable; a role is required inside.
apiKeyAuth(authorizer, { tenant: 'acme', optional: true })((request) => {
  expectTypeOf(request.apiKey).toEqualTypeOf<Principal | null>()
  return new Response()
})
guarded(requireRole('Operator')((request) => new Response(request.apiKey.inRole)))

// @ts-expect-error A tenant is required.
apiKeyAuth(authorizer, {})
// @ts-expect-error No such option.
apiKeyAuth(authorizer, { tenant: 'acme', tenants: [] })
// @ts-expect-error A handler answers.
guarded(() => 'text')
