/**
 * For Fastify 4 and 5.
 *
 * @module rest-api-key/fastify
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authorizer } from '../src/authorizer.js'
import type { Denied } from '../src/decision.js'
import { type Principal, principalFrom } from '../src/principal.js'
import {
  createRequestAuthorizer,
  onDeniedError,
  type RequestAuthorization,
  type RequestAuthorizerOptions,
  requestAuthorization,
} from '../src/request-authorizer.js'
import { denialByRole, parseRoles } from '../src/role-guard.js'
import { mergeVary } from '../src/vary.js'
import { whenReady } from '../src/when-ready.js'
import { fastifyReader, writeToFastify } from './platforms/fastify.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `apiKeyAuth`: the principal, or `null` for an anonymous request. */
    apiKey?: Principal | null
  }
}

/** How requests of Fastify are authorized. */
export interface ApiKeyAuthOptions extends RequestAuthorizerOptions<FastifyRequest> {
  /** Made by `createAuthorizer`. */
  readonly authorizer: Authorizer
  /**
   * Answers a refusal differently. What it leaves unsent is answered with `decision.response`; if it fails, the error
   * goes to the application's error handler as a 500.
   */
  readonly onDenied?:
    | ((decision: Denied, request: FastifyRequest, reply: FastifyReply) => unknown)
    | undefined
}

/** A hook for the routes of every server: it says nothing about what else their requests are. */
export type RoleHook = (
  request: Pick<FastifyRequest, 'apiKey'>,
  reply: Pick<FastifyReply, 'sent'>,
) => Promise<unknown>

type AuthorizedRequest = FastifyRequest & { [requestAuthorization]?: RequestAuthorization }

/**
 * A plugin that lets requests of the scope in which it is registered pass only with a REST API key of their tenant, and
 * sets `request.apiKey`. It runs `onRequest`, before a body is read.
 *
 * The client's address is `request.ip`, as `trustProxy` makes it; unknown where every hop is trusted, which `true` does, and
 * on Fastify 5 with a number, which it does not follow: give a list, or `ip` over `trustedClientIp`.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import Fastify from 'fastify'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth, principalOf } from 'rest-api-key/fastify'
 *
 * const app = Fastify()
 * await app.register(apiKeyAuth, { authorizer: createAuthorizer({ store: memoryStore() }), tenant: 'acme' })
 * app.get('/incidents', async (request) => ({ tenant: principalOf(request).tenantId }))
 * ```
 */
export async function apiKeyAuth(app: FastifyInstance, options: ApiKeyAuthOptions): Promise<void> {
  const { authorizer, ...rest } = options
  const authorize = createRequestAuthorizer(authorizer, rest, fastifyReader)

  if (!app.hasRequestDecorator('apiKey')) app.decorateRequest('apiKey', undefined)
  app.addHook('onRequest', (request: AuthorizedRequest, reply, done) => {
    const passed = whenReady(authorize(request), (authorization) => {
      const { decision, vary } = authorization
      reply.header('vary', mergeVary(reply.getHeader('vary'), vary))
      if (!decision.allowed) return answer(decision, authorization, request, reply).then(() => false)
      request.apiKey = decision.principal
      request[requestAuthorization] = authorization
      return true
    })
    if (passed === true) done()
    else passed.then((hasPassed) => hasPassed && done(), done)
  })
}

// Without it the hook would guard the plugin's own scope only, and every route outside would stay open.
Object.assign(apiKeyAuth, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'rest-api-key',
  [Symbol.for('plugin-meta')]: { name: 'rest-api-key', fastify: '4.x || 5.x' },
})

/**
 * A hook for a route, `onRequest` or `preHandler`, that guards it by *In Role*: any one of the roles is enough. Others
 * are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 */
export function requireRole(...roles: readonly string[]): RoleHook {
  const required = parseRoles(roles)

  return async (request, reply) => {
    const authorized = request as AuthorizedRequest
    const authorization = authorized[requestAuthorization]
    const denied = denialByRole(authorization, required, request)
    return denied && answer(denied, authorization, authorized, reply as FastifyReply)
  }
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(request: { readonly apiKey?: Principal | null }): Principal {
  return principalFrom(request.apiKey)
}

/** Returns the reply: what tells Fastify that an asynchronous hook has answered. */
async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  try {
    await onDenied?.(denied, request, reply)
  } catch (error) {
    reply.code(500) // Fastify would keep one that was set before.
    throw onDeniedError(error)
  }
  return reply.sent ? reply : writeToFastify(reply, denied.response)
}
