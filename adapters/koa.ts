/**
 * For Koa 2 and 3.
 *
 * @module rest-api-key/koa
 */

import type { DefaultContext, DefaultState, Middleware, ParameterizedContext } from 'koa'
import type { Authorizer } from '../src/authorizer.js'
import type { Denied, DeniedResponse } from '../src/decision.js'
import { clientIn } from '../src/forwarded-for.js'
import { headerLinesOf, mayBeTruncated } from '../src/header-lines.js'
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
import { whenReady } from '../src/when-ready.js'

declare module 'koa' {
  interface DefaultState {
    /** Set by `apiKeyAuth`: the principal, or `null` for an anonymous request. */
    apiKey?: Principal | null
  }
}

/** For a state of one's own: `new Koa<MyState & ApiKeyState>()`. */
export interface ApiKeyState {
  apiKey?: Principal | null
}

/** What the options' functions are given. */
export type ApiKeyContext = ParameterizedContext<DefaultState & ApiKeyState, DefaultContext, unknown>

/** How requests of Koa are authorized. */
export interface ApiKeyAuthOptions extends RequestAuthorizerOptions<ApiKeyContext> {
  /**
   * Answers a refusal differently. What it leaves unwritten, neither body nor status, is answered with
   * `decision.response`; if it fails, the error goes to the application's error handling as a 500.
   */
  readonly onDenied?: ((decision: Denied, ctx: ApiKeyContext) => unknown) | undefined
}

type AuthorizedContext = ApiKeyContext & { [requestAuthorization]?: RequestAuthorization }

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `ctx.state.apiKey`.
 *
 * The client's address is `ctx.ip`; with `app.proxy` it needs `app.maxIpsCount`, the number of proxies, and is unknown
 * without it or if fewer addresses were forwarded.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import Koa from 'koa'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth, principalOf } from 'rest-api-key/koa'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * const app = new Koa()
 * app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
 * app.use((ctx) => {
 *   ctx.body = { tenant: principalOf(ctx).tenantId }
 * })
 * ```
 */
export function apiKeyAuth<State extends ApiKeyState = DefaultState & ApiKeyState, Context = DefaultContext>(
  authorizer: Authorizer,
  options: ApiKeyAuthOptions,
): Middleware<State, Context> {
  const authorize = createRequestAuthorizer(authorizer, options, reader)

  return (context, next) => {
    const ctx = context as unknown as AuthorizedContext
    return whenReady(authorize(ctx), (authorization) => {
      const { decision, vary } = authorization
      const { res } = ctx
      if (!res.headersSent) res.setHeader('vary', mergeVary(res.getHeader('vary'), vary))
      if (!decision.allowed) return answer(decision, authorization, ctx)
      ctx.state.apiKey = decision.principal
      ctx[requestAuthorization] = authorization
      return next()
    })
  }
}

/**
 * Guards a route by *In Role*: any one of the roles is enough. Others are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 */
export function requireRole<State = DefaultState, Context = DefaultContext>(
  ...roles: readonly string[]
): Middleware<State, Context> {
  const required = parseRoles(roles)

  return async (context, next) => {
    const ctx = context as unknown as AuthorizedContext
    const authorization = ctx[requestAuthorization]
    const denied = denialByRole(authorization, required, ctx)
    return denied === undefined ? next() : answer(denied, authorization, ctx)
  }
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(ctx: { readonly state: ApiKeyState }): Principal {
  return principalFrom(ctx.state.apiKey)
}

async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  ctx: ApiKeyContext,
): Promise<void> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  const { status, body } = ctx
  try {
    await onDenied?.(denied, ctx)
  } catch (error) {
    throw onDeniedError(error)
  }
  const isWritten = ctx.status !== status || ctx.body !== body || ctx.respond === false || ctx.headerSent
  if (!isWritten) write(ctx, denied.response)
}

function write(ctx: ApiKeyContext, { status, headers, body }: DeniedResponse): void {
  const vary = mergeVary(ctx.response.get('vary'), headers.vary as string)
  ctx.status = status
  ctx.set({ ...headers, vary })
  ctx.body = body
}

const reader: RequestReader<ApiKeyContext> = {
  headerLines: (ctx) => headerLinesOf(ctx.req),

  /** Koa counts proxies from the right; without a number it believes the leftmost address, which anyone can forge. */
  ip(ctx) {
    const { proxy, maxIpsCount } = ctx.app
    if (!proxy) return ctx.ip
    if (!(maxIpsCount > 0) || ctx.ips.length < maxIpsCount || mayBeTruncated(ctx.req)) return undefined
    return clientIn(ctx.ips)
  },

  /** Uncut, unlike `ctx.host`: a host that is odd must stay odd. */
  host: (ctx) => (ctx.app.proxy && ctx.get('x-forwarded-host')) || ctx.get(':authority') || ctx.get('host'),

  param: (ctx, name) => (ctx.params as Record<string, unknown> | undefined)?.[name],
}
