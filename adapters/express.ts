/**
 * For Express 4 and 5.
 *
 * @module rest-api-key/express
 */

import type { NextFunction, Request, Response } from 'express'
import type { Authorizer } from '../src/authorizer.js'
import type { Denied, DeniedResponse } from '../src/decision.js'
import { clientIn, withUnknownClient } from '../src/forwarded-for.js'
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

type AuthorizedRequest = Request & { [requestAuthorization]?: RequestAuthorization }

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
  const authorize = createRequestAuthorizer(authorizer, options, reader)

  async function passes(req: AuthorizedRequest, res: Response): Promise<boolean> {
    const { decision, vary, authorization } = await authorize(req)
    if (res.headersSent) return false // Somebody else has answered meanwhile, such as a timeout.
    res.setHeader('vary', mergeVary(res.getHeader('vary'), vary))
    if (!decision.allowed) {
      await answer(decision, authorization, req, res)
      return false
    }
    req.apiKey = decision.principal
    req[requestAuthorization] = authorization
    return true
  }

  return guard(passes)
}

/**
 * Guards a route by *In Role*: any one of the roles is enough. Others are refused with 403, anonymous requests with 401.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. A request without `apiKeyAuth` before it fails with
 *   `api_key_auth_missing`.
 */
export function requireRole(...roles: readonly string[]): ApiKeyMiddleware {
  const required = parseRoles(roles)

  async function passes(req: AuthorizedRequest, res: Response): Promise<boolean> {
    const authorization = req[requestAuthorization]
    const denied = denialByRole(authorization, required, req)
    if (denied === undefined) return true
    await answer(denied, authorization, req, res)
    return false
  }

  return guard(passes)
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
function guard(passes: (req: AuthorizedRequest, res: Response) => Promise<boolean>): ApiKeyMiddleware {
  return (req, res, next) => {
    passes(req as unknown as Request, res as unknown as Response).then((passed) => passed && next(), next)
  }
}

async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  req: Request,
  res: Response,
): Promise<void> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  try {
    await onDenied?.(denied, req, res)
  } catch (error) {
    res.status(500) // Express would keep one that was set before.
    throw onDeniedError(error)
  }
  if (!res.headersSent && !res.writableEnded) write(res, denied.response)
}

/** Not `res.send()`: it adds an `ETag` and may answer 304. */
function write(res: Response, { status, headers, body }: DeniedResponse): void {
  const vary = mergeVary(res.getHeader('vary'), headers.vary as string)
  res.writeHead(status, { ...headers, vary, 'content-length': Buffer.byteLength(body) }).end(body)
}

const reader: RequestReader<Request> = {
  headerLines: headerLinesOf,

  /** `req.ip`, unless Express trusts every hop: then the client's address is unknown. */
  ip(req) {
    const peer = req.socket.remoteAddress
    if (!isTrusted(req, peer)) return peer
    if (mayBeTruncated(req)) return undefined
    const headers = { 'x-forwarded-for': withUnknownClient(req.get('x-forwarded-for')) }
    return clientIn((Object.create(req, { headers: { value: headers } }) as Request).ips)
  },

  /** Uncut, unlike `req.hostname`: a host that is odd must stay odd. */
  host(req) {
    const forwarded = req.get('x-forwarded-host')
    return forwarded && isTrusted(req, req.socket.remoteAddress) ? forwarded : req.get('host')
  },

  param: (req, name) => (req.params as Record<string, unknown>)[name],
}

function isTrusted(req: Request, peer: string | undefined): boolean {
  const trust = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  return trust(peer, 0)
}
