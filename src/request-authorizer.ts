import type { Authorizer } from './authorizer.js'
import { decideAtOnce } from './decide-at-once.js'
import type { Anonymous, Decision } from './decision.js'
import { RestApiKeyError } from './errors.js'
import type { HeaderLines } from './header-lines.js'
import {
  assertMethod,
  assertOptions,
  describe,
  invalidOption,
  optionalBoolean,
  optionalFunction,
} from './options.js'
import type { Principal } from './principal.js'
import {
  isTenantFromKey,
  isTenantResolver,
  type TenantClaim,
  type TenantFromKey,
  type TenantResolver,
} from './tenant.js'
import { mergeVary } from './vary.js'
import { whenReady } from './when-ready.js'

/** Where the tenant of a request comes from: a constant, a function of the framework's request, or a shared resolver. */
type TenantOption<Request> =
  | string
  | TenantFromKey
  | TenantResolver
  | ((request: Request) => TenantClaim | Promise<TenantClaim>)

/** The options that every adapter has. */
export interface RequestAuthorizerOptions<Request> {
  /** Required: the tenant that a request is for. There is no default, because a guess would let keys cross tenants. */
  readonly tenant: TenantOption<Request>
  /** The client's address. One that throws, or returns no valid address, leaves it unknown: keys with IP rules are refused. */
  readonly ip?: ((request: Request) => string | undefined) | undefined
  /** Lets requests without credentials pass as anonymous, with `null` for a principal. Default `false`. */
  readonly optional?: boolean | undefined
}

/** How an adapter reads its framework's request. Each function is called at entry, before anything is awaited. */
export interface RequestReader<Request> {
  headerLines(request: Request): HeaderLines
  ip(request: Request): string | undefined
  host(request: Request): string | undefined
  param(request: Request, name: string): unknown
}

/** What `apiKeyAuth` leaves on a request for `requireRole`. */
export interface RequestAuthorization {
  readonly authorizer: Authorizer
  readonly principal: Principal | null
  readonly ip: string | undefined
  /** The adapter's way of writing a refusal, `onDenied` included. */
  readonly onDenied: unknown
}

/** Where it is left. Registered, so that two copies of the package agree. */
export const requestAuthorization: unique symbol = Symbol.for('rest-api-key.request-authorization')

/** The outcome for a framework's request. */
export interface AuthorizedRequest extends RequestAuthorization {
  readonly decision: Decision | Anonymous
  /** The headers that were read for it, to be merged into `Vary` whatever the outcome. */
  readonly vary: string
}

/**
 * The part of `apiKeyAuth` that is the same for every framework. What a framework gives beside its request is handed on
 * to the functions of the options. Without a promise where the key is at hand, and then it throws what `headerLines` throws.
 */
export function createRequestAuthorizer<Request>(
  authorizer: Authorizer,
  options: RequestAuthorizerOptions<Request> & { readonly onDenied?: unknown },
  reader: RequestReader<Request>,
): (request: Request, rest?: readonly unknown[]) => AuthorizedRequest | PromiseLike<AuthorizedRequest> {
  assertOptions('apiKeyAuth', options, ['tenant', 'ip', 'optional', 'onDenied'])
  const { tenant, ip, optional, onDenied } = options
  assertMethod('authorizer', authorizer, 'authorize', 'made by createAuthorizer()')
  optionalBoolean('optional', optional)
  optionalFunction('ip', ip)
  optionalFunction('onDenied', onDenied)
  const claimOf = parseTenant(tenant, reader)

  const addressOf = ip ?? reader.ip
  const tenantHeaders = isTenantResolver(tenant) ? tenant.vary.join(', ') : ''

  function authorized(decision: Decision | Anonymous, address: string | undefined): AuthorizedRequest {
    const { vary } = decision.allowed ? decision.headers : decision.response.headers
    return {
      decision,
      vary: mergeVary(vary, tenantHeaders),
      authorizer,
      principal: decision.allowed ? decision.principal : null,
      ip: address,
      onDenied,
    }
  }

  // Most frameworks give a request and no more: to make and to spread an empty array for it takes a quarter of a microsecond.
  return (request, rest) => {
    const headerLines = reader.headerLines(request)
    let address: string | undefined
    try {
      address = rest === undefined ? addressOf(request) : addressOf(request, ...(rest as []))
    } catch {
      // One that cannot be found out is unknown.
    }
    const deciding = decideAtOnce(authorizer, {
      headerLines,
      tenantId: typeof claimOf === 'function' ? () => claimOf(request, headerLines, rest) : claimOf,
      ip: address,
      optional,
      request,
    })
    return whenReady(deciding, (decision) => authorized(decision, address))
  }
}

type ClaimOf<Request> = (
  request: Request,
  headerLines: HeaderLines,
  rest: readonly unknown[] | undefined,
) => TenantClaim | Promise<TenantClaim>

function parseTenant<Request>(
  tenant: TenantOption<Request>,
  reader: RequestReader<Request>,
): string | TenantFromKey | ClaimOf<Request> {
  if (isTenantFromKey(tenant) || (typeof tenant === 'string' && tenant !== '')) return tenant
  if (typeof tenant === 'function') return (request, _, rest = []) => tenant(request, ...(rest as []))
  if (isTenantResolver(tenant)) {
    return (request, headerLines) =>
      tenant.resolve({
        headerLines,
        host: () => reader.host(request),
        param: (name) => reader.param(request, name),
      })
  }
  throw invalidOption(
    'tenant',
    'a tenant id, a function of the request, tenantFromHeader(), tenantFromSubdomain(), tenantFromParam() or tenantFromKey',
    tenant,
  )
}

/** The 500 of a failing `onDenied`: whatever it threw must not choose the response, nor reach the client. */
export function onDeniedError(error: unknown): RestApiKeyError {
  return new RestApiKeyError('on_denied_failed', `"onDenied" failed (${describe(error)})`, { cause: error })
}
