import { RestApiKeyError } from './errors.js'

/**
 * Who a request acts as: the key that authorized it. Frozen, and shared by all requests with the same cached key. It
 * holds neither the Reference ID nor its digest. What the record does not say is `null`.
 */
export interface Principal {
  readonly keyId: string
  readonly tenantId: string
  readonly groupId: string | null
  /** The user on whose behalf the request acts. */
  readonly onBehalfOf: string | null
  /** The role in which it acts. */
  readonly inRole: string | null
  readonly description: string | null
  /** An object of JSON values, frozen throughout. */
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/** What every adapter's `principalOf` does with what it finds on the request. */
export function principalFrom(found: Principal | null | undefined): Principal {
  if (found) return found
  throw found === null
    ? new RestApiKeyError(
        'principal_missing',
        'The request is anonymous; "principalOf" needs an authorized one',
      )
    : apiKeyAuthMissing('principalOf')
}

/** The error of what comes before `apiKeyAuth`, or without it. */
export function apiKeyAuthMissing(asker: string): RestApiKeyError {
  return new RestApiKeyError(
    'api_key_auth_missing',
    `"${asker}" needs apiKeyAuth before it on the same request`,
  )
}
