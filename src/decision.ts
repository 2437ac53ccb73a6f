import type { RestApiKeyError } from './errors.js'
import type { Principal } from './principal.js'

/** Why a request was refused. For the operator: a client cannot tell most of them apart. */
export type DenialReason =
  | 'missing_credentials'
  | 'malformed_credentials'
  | 'unknown_key'
  | 'deactivated'
  | 'expired'
  | 'wrong_tenant'
  | 'ip_not_allowed'
  | 'role_not_allowed'
  | 'store_unavailable'

/**
 * More for the operator: no tenant came out of the request; no valid client address is known; the Reference ID has the
 * form of a generated one and a wrong check; or the error that made the store or the tenant unavailable.
 */
export type DenialCause = 'tenant_unresolved' | 'ip_unknown' | 'reference_id_mistyped' | RestApiKeyError

/** An answer ready to be written, in any framework and as `new Response(body, { status, headers })`. */
export interface DeniedResponse {
  readonly status: 401 | 403 | 503
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** A problem document (RFC 9457) in JSON. */
  readonly body: string
}

/** A request with a key that passed every check. */
export interface Allowed {
  readonly allowed: true
  readonly principal: Principal
  /** To be added to whatever the application answers: `vary`. */
  readonly headers: Readonly<Record<string, string>>
}

/** A request without credentials where they are optional. */
export interface Anonymous {
  readonly allowed: true
  readonly principal: null
  readonly headers: Readonly<Record<string, string>>
}

/** A refused request. */
export interface Denied {
  readonly allowed: false
  readonly reason: DenialReason
  readonly response: DeniedResponse
  readonly cause?: DenialCause
}

/** The outcome for one request; frozen. */
export type Decision = Allowed | Denied
