/**
 * For Hono 4, on every runtime.
 *
 * @module rest-api-key/hono
 */

import type { Context, MiddlewareHandler } from 'hono'
import type { Authorizer } from '../src/authorizer.js'
import type { Denied } from '../src/decision.js'
import { headerLinesOf, type RawRequest } from '../src/header-lines.js'
import { invalidOption } from '../src/options.js'
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
import { mergeVary } from '../src/vary.js'
import { isPromiseLike } from '../src/when-ready.js'

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by `apiKeyAuth`: the principal, or `null` for an anonymous request. */
    apiKey: Principal | null
  }
}

/** What Hono's `getConnInfo` of any runtime returns, as far as it is used here. */
export interface ConnectionInfo {
  readonly remote: { readonly address?: string | undefined }
}

/** How requests of Hono are authorized. */
export interface ApiKeyAuthOptions extends Omit<RequestAuthorizerOptions<Context>, 'ip'> {
  /**
   * The client's address: the `getConnInfo` of the runtime, or a function, such as one over `trustedClientIp`. Hono
   * itself knows no address: without this option, or if it throws, keys with IP rules are refused.
   */
  readonly ip?: ((c: Context) => string | undefined | ConnectionInfo) | undefined
  /**
   * Answers a refusal differently, with the response that it returns. Without one the answer is `decision.response`; if
   * it fails, the error goes to `app.onError` as a 500.
   */
  readonly onDenied?: ((decision: Denied, c: Context) => unknown) | undefined
}

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `c.var.apiKey`.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import { getConnInfo } from '@hono/node-server/conninfo'
 * import { Hono } from 'hono'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/hono'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * const app = new Hono()
 * app.use(apiKeyAuth(authorizer, { tenant: 'acme', ip: getConnInfo }))
 * app.get('/incidents', (c) => c.json({ tenant: c.var.apiKey?.tenantId }))
 * ```
 */
export function apiKeyAuth(
  authorizer: Authorizer,
  options: ApiKeyAuthOptions & { readonly optional?: false | undefined },
): MiddlewareHandler<{ Variables: { apiKey: Principal } }>
export function apiKeyAuth(
  authorizer: Authorizer,
  options: ApiKeyAuthOptions,
): MiddlewareHandler<{ Variables: { apiKey: Principal | null } }>
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): MiddlewareHandler {
  const { ip } = options
  if (ip !== undefined && typeof ip !== 'function') {
    throw invalidOption('ip', 'getConnInfo of your runtime or a function of the context', ip)
  }
  const authorize = createRequestAuthorizer<Context>(
    authorizer,
    { ...options, ip: ip && ((c) => addressIn(ip(c))) },
    reader,
  )

  return async (c, next) => {
    const authorizing = authorize(c)
    const authorization = isPromiseLike(authorizing) ? await authorizing : authorizing
    const { decision, vary } = authorization
    c.set(requestAuthorization as never, authorization as never)
    if (!decision.allowed) return answer(decision, authorization, c, vary)
    c.set('apiKey', decision.principal)
    await next()
    // Afterwards, because a route that returns a `Response` of its own would replace what was set before.
    addVary(c, vary)
  }
}

/**
 * Guards a route by *In Role*: any one of the roles is enough. Others are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 */
export function requireRole(...roles: readonly string[]): MiddlewareHandler {
  const required = parseRoles(roles)

  return async (c, next) => {
    const authorization = c.get(requestAuthorization as never) as RequestAuthorization | undefined
    const denied = denialByRole(authorization, required, c)
    if (denied !== undefined) return answer(denied, authorization, c, denied.response.headers.vary as string)
    await next()
  }
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(c: { readonly var: { readonly apiKey?: Principal | null } }): Principal {
  return principalFrom(c.var.apiKey)
}

/** In place, as Hono's own middleware does: `c.header` would make another response, and a stream of its body. */
function addVary(c: Context, vary: string): void {
  const { headers } = c.res
  const merged = mergeVary(headers.get('vary'), vary)
  try {
    headers.set('vary', merged)
  } catch {
    // The headers of a response that `fetch` brought cannot be changed.
    c.header('vary', merged)
  }
}

async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  c: Context,
  vary: string,
): Promise<Response> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  const before = c.finalized ? c.res : undefined
  let answered: unknown
  try {
    answered = await onDenied?.(denied, c)
  } catch (error) {
    throw onDeniedError(error)
  }
  const written = c.finalized && c.res !== before ? c.res : undefined
  const own = answered instanceof Response ? answered : written
  const response = own === undefined ? refusal(denied, c, vary) : withVary(own, vary, c)
  if (c.finalized) {
    // Hono ignores what is returned where a response was set before; without the first line it would merge the two.
    c.res = undefined
    c.res = response
  }
  return response
}

function refusal({ response: { status, headers, body } }: Denied, c: Context, vary: string): Response {
  // On the context, because what an earlier middleware has set there wins over the headers of a response.
  for (const [name, value] of Object.entries(headers)) if (name !== 'vary') c.header(name, value)
  c.header('vary', mergeVary(varyOf(c), vary))
  return c.body(body, status)
}

function withVary(response: Response, vary: string, c: Context): Response {
  const merged = mergeVary(mergeVary(varyOf(c), response.headers.get('vary') ?? ''), vary)
  c.header('vary', merged)
  const headers = new Headers(response.headers)
  headers.set('vary', merged)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

/** What stands on the context so far. Not `c.res.headers`: asking for `c.res` creates it. */
function varyOf(c: Context): string | null {
  return c.body(null).headers.get('vary')
}

function addressIn(info: string | undefined | ConnectionInfo): string | undefined {
  return typeof info === 'object' ? info.remote.address : info
}

const reader: RequestReader<Context> = {
  headerLines: (c) => headerLinesOf(rawRequest(c) ?? c.req.raw.headers),
  ip: () => undefined,
  host: (c) => c.req.header('host') ?? new URL(c.req.url).host,
  param: (c, name) => c.req.param(name),
}

/** On Node.js the server hands over its request, whose lines can be counted. */
function rawRequest(c: Context): RawRequest | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: RawRequest }
  return Array.isArray(incoming?.rawHeaders) ? incoming : undefined
}
