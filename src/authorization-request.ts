import type { HeaderLines } from './header-lines.js'
import type { TenantClaim } from './tenant.js'

/** What `authorizer.authorize` is told of a request. */
export interface AuthorizationRequest {
  /** See `headerLinesOf`. Called before the first `await` only. */
  readonly headerLines: HeaderLines
  /**
   * The tenant that the request claims, or a function that finds it, which is called only for a well-formed Reference
   * ID. If it throws or rejects the answer is 503.
   */
  readonly tenantId: TenantClaim | (() => TenantClaim | Promise<TenantClaim>)
  /** The client's address, as the application trusts it. Without a valid one, keys with IP rules are refused. */
  readonly ip?: string | undefined
  /** Lets a request without credentials pass as anonymous. Default `false`. */
  readonly optional?: boolean | undefined
  /** The framework's own request, handed on to `onDecision`. */
  readonly request?: unknown
}
