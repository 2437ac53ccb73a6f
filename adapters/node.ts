/**
 * For `node:http`, `node:https` and `node:http2` without a framework.
 *
 * @module rest-api-key/node
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { authorizationOf } from '../src/authorization-of.js'
import type { Authorizer } from '../src/authorizer.js'
import type { Denied, DeniedResponse } from '../src/decision.js'
import { headerLinesOf } from '../src/header-lines.js'
import { optionalFunction } from '../src/options.js'
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

/** A request of `node:http`, `node:https` or the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest
/** A response of the same. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** What a guarded handler is given; `null` for an anonymous request. */
export type WithApiKey<Req, Key = Principal> = Req & { apiKey: Key }

/** How requests of Node.js are authorized. */
export interface ApiKeyAuthOptions extends RequestAuthorizerOptions<NodeRequest> {
  /**
   * The client's address. Default: the peer of the connection. Behind a proxy give `trustedClientIp({ trust })`, or
   * every client has the proxy's address.
   */
  readonly ip?: ((req: NodeRequest) => string | undefined) | undefined
  /** Answers a refusal differently. What it leaves unwritten is answered with `decision.response`. */
  readonly onDenied?: ((decision: Denied, req: NodeRequest, res: NodeResponse) => unknown) | undefined
  /**
   * Answers when the handler or `onDenied` throws or rejects. Default: a 500 without a body, and a warning of the process
   * that shows the error.
   */
  readonly onError?: ((error: unknown, req: NodeRequest, res: NodeResponse) => unknown) | undefined
}

/** Makes a listener of a handler that is called for what passes only. */
export type Guard<Key> = <
  Req extends NodeRequest = IncomingMessage,
  Res extends NodeResponse = ServerResponse,
>(
  handler: (req: WithApiKey<Req, Key>, res: Res) => unknown,
) => (req: Req, res: Res) => Promise<void>

type AuthorizedRequest = NodeRequest & {
  apiKey?: Principal | null
  [requestAuthorization]?: RequestAuthorization
}

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `req.apiKey`. Plain Node.js has no chain of
 * middleware, so that what is guarded is handed over, and cannot be reached otherwise.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/node'
 *
 * const guarded = apiKeyAuth(createAuthorizer({ store: memoryStore() }), { tenant: 'acme' })
 * createServer(guarded((req, res) => res.end(req.apiKey.tenantId))).listen(3000)
 * ```
 */
export function apiKeyAuth(
  authorizer: Authorizer,
  options: ApiKeyAuthOptions & { readonly optional?: false | undefined },
): Guard<Principal>
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): Guard<Principal | null>
export function apiKeyAuth(authorizer: Authorizer, options: ApiKeyAuthOptions): Guard<Principal> {
  const { onError = failed, ...shared } = options
  optionalFunction('onError', onError)
  const authorize = createRequestAuthorizer<AuthorizedRequest>(authorizer, shared, reader)

  return (handler) => async (req, res) => {
    try {
      const authorization = await authorize(req)
      const { decision, vary } = authorization
      if (res.headersSent) return // Somebody else has answered meanwhile, such as a timeout.
      res.setHeader('vary', mergeVary(res.getHeader('vary'), vary))
      if (!decision.allowed) return await answer(decision, authorization, req, res)
      Object.assign(req, { apiKey: decision.principal, [requestAuthorization]: authorization })
      await handler(req as never, res)
    } catch (error) {
      await onError(error, req, res)
    }
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
 * import { createServer } from 'node:http'
 * import { createAuthorizer, memoryStore } from 'rest-api-key'
 * import { apiKeyAuth, requireRole } from 'rest-api-key/node'
 *
 * const guarded = apiKeyAuth(createAuthorizer({ store: memoryStore() }), { tenant: 'acme' })
 * const reindex = requireRole('Operator')((_req, res) => res.writeHead(202).end())
 * createServer(guarded((req, res) => (req.url === '/reindex' ? reindex(req, res) : res.writeHead(404).end())))
 * ```
 */
export function requireRole(...roles: readonly string[]): Guard<Principal> {
  const required = parseRoles(roles)

  return (handler) => async (req, res) => {
    const authorization = authorizationOf(req)
    const denied = denialByRole(authorization, required, req)
    if (denied !== undefined) return answer(denied, authorization, req, res)
    await handler(req as never, res)
  }
}

/**
 * The principal of an authorized request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `apiKeyAuth` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(req: NodeRequest): Principal {
  return principalFrom((req as AuthorizedRequest).apiKey)
}

async function answer(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  req: NodeRequest,
  res: NodeResponse,
): Promise<void> {
  const onDenied = authorization?.onDenied as ApiKeyAuthOptions['onDenied']
  try {
    await onDenied?.(denied, req, res)
  } catch (error) {
    throw onDeniedError(error)
  }
  if (!res.headersSent) write(res as ServerResponse, denied.response)
}

function write(res: ServerResponse, { status, headers, body }: DeniedResponse): void {
  const vary = mergeVary(res.getHeader('vary'), headers.vary as string)
  res.writeHead(status, { ...headers, vary, 'content-length': Buffer.byteLength(body) }).end(body)
}

function failed(error: unknown, _: NodeRequest, res: NodeResponse): void {
  process.emitWarning(error instanceof Error ? error : String(error))
  if (res.headersSent) res.destroy()
  else (res as ServerResponse).writeHead(500, { 'content-length': 0 }).end()
}

const reader: RequestReader<NodeRequest> = {
  headerLines: headerLinesOf,
  ip: (req) => req.socket.remoteAddress,
  host: (req) => req.headers[':authority']?.toString() ?? req.headers.host,
  // Plain Node.js has no routes.
  param: () => undefined,
}
