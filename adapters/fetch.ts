/**
 * For every server of Fetch requests.
 *
 * @module rest-api-key/fetch
 */

import type { Authorizer } from '../src/authorizer.js'
import type { Denied, DeniedResponse } from '../src/decision.js'
import { headerLinesOf } from '../src/header-lines.js'
import { type Principal, principalFrom } from '../src/principal.js'
import {
  createRequestAuthorizer,
  onDeniedError,
  type RequestAuthorization,
  type RequestAuthorizerOptions,
  type RequestReader,
  requestAuthorization,
} from '../src/request-authorizer.js'
import { denialByRole, parseRoles } from '../src/role-guard.js'
import type { TenantClaim } from '../src/tenant.js'
import { mergeVary } from '../src/vary.js'

/** What a guarded handler is given; `null` for an anonymous request. */
export type WithApiKey<Req, Key = Principal> = Req & { apiKey: Key }

/** The functions are given the request and whatever the server hands over beside it. */
export interface ApiKeyAuthOptions extends Omit<RequestAuthorizerOptions<Request>, 'tenant' | 'ip'> {
  /** Required: the tenant that a request is for. There is no default, because a guess would let keys cross tenants. */
  readonly tenant:
    | Exclude<RequestAuthorizerOptions<Request>['tenant'], (request: Request) => unknown>
    | ((request: Request, ...rest: never[]) => TenantClaim | Promise<TenantClaim>)
  /**
   * The client's address. A Fetch request knows none: without this option, or if it throws, keys with IP rules are refused.
   */
  readonly ip?: ((request: Request, ...rest: never[]) => string | undefined) | undefined
  /**
   * Answers a refusal differently, with the response that it returns. Without one the answer is `decision.response`; if it
   * fails, the listener rejects, which servers answer with a 500.
   */
  readonly onDenied?:
    | ((
        decision: Denied,
        request: Request,
        ...rest: never[]
      ) => Response | undefined | Promise<Response | undefined>)
    | undefined
}

/** Makes a fetch function of a handler that is called for what passes only. */
export type Guard<Key> = <Req extends Request, Rest extends unknown[]>(
  handler: (request: WithApiKey<Req, Key>, ...rest: Rest) => Response | Promise<Response>,
) => (request: Req, ...rest: Rest) => Promise<Response>

type AuthorizedRequest = Request & {
  apiKey?: Principal | null
  [requestAuthorization]?: RequestAuthorization
}

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `request.apiKey`: for route handlers of Next.js,
 * `Bun.serve`, `Deno.serve`, Cloudflare Workers and every other server of Fetch requests.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/fetch'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * const guarded = apiKeyAuth(authorizer, {
 *   tenant: 'acme',
 *   ip: (request) => request.headers.get('cf-connecting-ip') ?? undefined, // where Cloudflare alone can reach the server
 * })
 * export const GET = guarded((request) => Response.json({ tenant: request.apiKey.tenantId }))
 * ```
 */
export function apiKeyAuth(
  authorizer: Authorizer,
  options: ApiKeyAuthOptions & { readonly optional?: false | undefined },
): Guard<Principal>
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): Guard<Principal | null>
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): Guard<Principal> {
  const authorize = createRequestAuthorizer<Request>(
    authorizer,
    options as RequestAuthorizerOptions<Request>,
    reader,
  )

  return (handler) =>
    async (request, ...rest) => {
      const authorization = await authorize(request, rest)
      const { decision, vary } = authorization
      if (!decision.allowed) return answer(decision, authorization, vary, request, rest)
      Object.assign(request, { apiKey: decision.principal, [requestAuthorization]: authorization })
      return withVary(await handler(request as never, ...rest), vary)
    }
}

/**
 * Guards a handler by *In Role*: any one of the roles is enough. Others are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth, requireRole } from 'rest-api-key/fetch'
 *
 * const guarded = apiKeyAuth(createAuthorizer({ store: memoryStore() }), { tenant: 'acme' })
 * export const POST = guarded(requireRole('Operator')(() => new Response(null, { status: 202 })))
 * ```
 */
export function requireRole(...roles: readonly string[]): Guard<Principal> {
  const required = parseRoles(roles)

  return (handler) =>
    async (request, ...rest) => {
      const authorization = (request as AuthorizedRequest)[requestAuthorization]
      const denied = denialByRole(authorization, required, request)
      if (denied === undefined) return handler(request as never, ...rest)
      return answer(denied, authorization, denied.response.headers.vary as string, request, rest)
    }
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(request: Request): Principal {
  return principalFrom((request as AuthorizedRequest).apiKey)
}

async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  vary: string,
  request: Request,
  rest: readonly unknown[],
): Promise<Response> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  let answered: unknown
  try {
    answered = await onDenied?.(denied, request, ...(rest as never[]))
  } catch (error) {
    throw onDeniedError(error)
  }
  return withVary(answered instanceof Response ? answered : refusal(denied.response), vary)
}

function refusal({ status, headers, body }: DeniedResponse): Response {
  return new Response(body, { status, headers })
}

/** In place where that is possible: a response that upgrades the connection cannot be copied. */
function withVary(response: Response, added: string): Response {
  const vary = mergeVary(response.headers.get('vary'), added)
  try {
    response.headers.set('vary', vary)
    return response
  } catch {
    const { status, statusText } = response
    const headers = new Headers(response.headers)
    headers.set('vary', vary)
    return new Response(response.body, { status, statusText, headers })
  }
}

const reader: RequestReader<Request> = {
  headerLines: (request) => headerLinesOf(request.headers),
  ip: () => undefined,
  host: (request) => request.headers.get('host') ?? new URL(request.url).host,
  // Servers hand parameters over in ways of their own; a function as `tenant` is given all of them.
  param: () => undefined,
}
