/**
 * For Express 4 and 5.
 *
 * @module rest-api-key/express
 */

import type { NextFunction, Request, Response } from 'express'
import { authorizationOf } from '../src/authorization-of.js'
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
import { isPromiseLike, whenReady } from '../src/when-ready.js'
import { expressReader, writeToExpress } from './platforms/express.js'

declare global {
  namespace Express {
    interface Request {
      /** Set by `apiKeyAuth`: the principal, or `null` for an anonymous request. */
      apiKey?: Principal | null
    }
  }
}

/** Middleware that leaves the types of the request's parameters, bodies and query to the route. */
export type ApiKeyMiddleware = <P, ResBody, ReqBody, ReqQuery, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, ReqQuery, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void

/** How requests of Express are authorized. */
export interface ApiKeyAuthOptions extends RequestAuthorizerOptions<Request> {
  /**
   * Answers a refusal differently. What it leaves unwritten is answered with `decision.response`; if it fails, the
   * error goes to the application's error handler as a 500.
   */
  readonly onDenied?: ((decision: Denied, req: Request, res: Response) => unknown) | undefined
}

type Authorized = { [requestAuthorization]?: RequestAuthorization }

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `req.apiKey`.
 *
 * The client's address is `req.ip`, as `trust proxy` makes it; unknown where every hop is trusted, which `true` does.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/express'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * const app = express()
 * app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
 * app.delete('/incidents/:id', requireRole('Administrator'), (req, res) => {
 *   res.json({ deleted: req.params.id, by: principalOf(req).onBehalfOf })
 * })
 * ```
 */
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): ApiKeyMiddleware {
  const authorize = createRequestAuthorizer(authorizer, options, expressReader)

  return guard((req, res) =>
    whenReady(authorize(req), (authorization) => {
      const { decision, vary } = authorization
      if (res.headersSent) return false // Somebody else has answered meanwhile, such as a timeout.
      res.setHeader('vary', mergeVary(res.getHeader('vary'), vary))
      if (!decision.allowed) return answer(decision, authorization, req, res)
      req.apiKey = decision.principal
      leave(authorization, req)
      return true
    }),
  )
}

/**
 * Guards a route by *In Role*: any one of the roles is enough. Others are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 */
export function requireRole(...roles: readonly string[]): ApiKeyMiddleware {
  const required = parseRoles(roles)

  return guard((req, res) => {
    const authorization = authorizationOf(req)
    const denied = denialByRole(authorization, required, req)
    return denied === undefined || answer(denied, authorization, req, res)
  })
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(req: Pick<Express.Request, 'apiKey'>): Principal {
  return principalFrom(req.apiKey)
}

/** `next` stands outside: what the routes behind it throw is theirs. */
function guard(passes: (req: Request, res: Response) => boolean | PromiseLike<boolean>): ApiKeyMiddleware {
  return (req, res, next) => {
    let passed: boolean | PromiseLike<boolean>
    try {
      passed = passes(req as unknown as Request, res as unknown as Response)
    } catch (error) {
      return next(error)
    }
    if (isPromiseLike(passed)) passed.then((hasPassed) => hasPassed && next(), next)
    else if (passed) next()
  }
}

/**
 * Leaves it on the header lines, which are the request's alone, also where an application derives another object from it. Not
 * on the request: Express changes its prototype, after which each property that is added takes microseconds. Not in
 * `res.locals`: they are the application's, which may share them between requests.
 */
function leave(authorization: RequestAuthorization, req: Request & Authorized): void {
  const lines: readonly string[] & Authorized = req.rawHeaders
  lines[requestAuthorization] = authorization
  // What another adapter has left before would be found first.
  if (requestAuthorization in req) req[requestAuthorization] = authorization
}

/** Resolves with what stands for a refusal: that the request does not pass. */
async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  req: Request,
  res: Response,
): Promise<false> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  try {
    await onDenied?.(denied, req, res)
  } catch (error) {
    res.status(500) // Express would keep one that was set before.
    throw onDeniedError(error)
  }
  if (!res.headersSent) writeToExpress(res, denied.response)
  return false
}
