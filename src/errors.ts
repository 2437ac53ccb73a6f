/** The stable codes of {@link RestApiKeyError}; the message may change, the code does not. */
export type RestApiKeyErrorCode =
  /** An option, an argument or a field has a value that cannot be used. */
  | 'invalid_option'
  /** An option that does not exist. */
  | 'unknown_option'
  /** An IP rule that is no address, CIDR block or range. */
  | 'invalid_ip_rule'
  /** The store answered with something that is no usable `KeyRecord`. */
  | 'invalid_record'
  /** The store threw or rejected. */
  | 'store_failed'
  /** The store did not answer within `storeTimeoutMs`. */
  | 'store_timeout'
  /** `maxConcurrentLookups` look-ups were already running. */
  | 'store_overloaded'
  /** A change feed lost its connection; told to its `onError`. */
  | 'feed_failed'
  /** The tenant resolver threw or rejected. */
  | 'tenant_failed'
  /** `authorizer.close()` was called before. */
  | 'closed'
  /** `requireRole` or `principalOf` ran on a request that no `apiKeyAuth` has seen. */
  | 'api_key_auth_missing'
  /** `principalOf` was asked about an anonymous request. */
  | 'principal_missing'
  /** A guard of NestJS ran for something else than an HTTP request of Express or Fastify. */
  | 'unsupported_request'
  /** `onDenied` threw or rejected. */
  | 'on_denied_failed'
  /** What was to be written cannot be; `faults` names every field. */
  | 'invalid_input'
  /** There is no such group or key in the actor's tenant. */
  | 'not_found'
  /** Somebody else saved first. */
  | 'version_conflict'
  /** The group still has keys. */
  | 'group_not_empty'
  /** The Reference ID is in use already. */
  | 'reference_id_taken'
  /** `authorize` did not return `true`, or the actor cannot manage keys at all. */
  | 'not_authorized'
  /** `authorize` of a manager threw or rejected; the cause of a `not_authorized`. */
  | 'authorize_failed'
  /** `authenticate` of a console threw or rejected. */
  | 'authenticate_failed'
  /** The directory threw, rejected, or answered with no list. */
  | 'directory_failed'
  /** The repository threw, rejected, or answered with something that the contract does not know. */
  | 'repository_failed'

/** One field that cannot be used, and why. */
export interface Fault {
  readonly field: string
  /** A sentence; it holds no value. */
  readonly message: string
}

const brand = Symbol.for('rest-api-key.error')

/**
 * The only error class of this library. Its message names the option or the field and says what was expected;
 * it never contains a Reference ID, a digest or another library's message, which could.
 *
 * Recognise it with {@link isRestApiKeyError}, not with `instanceof`: an application can hold two copies of a package.
 */
export class RestApiKeyError extends Error {
  /** Stable; compare this, not the message. */
  readonly code: RestApiKeyErrorCode
  /** With `invalid_input`: every fault, not only the first. Otherwise empty. */
  readonly faults: readonly Fault[]

  constructor(
    code: RestApiKeyErrorCode,
    message: string,
    options: ErrorOptions & { readonly faults?: readonly Fault[] } = {},
  ) {
    super(message, options)
    this.name = 'RestApiKeyError'
    this.code = code
    this.faults = options.faults ?? []
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Tells whether a value is an error of this library, whichever copy of the package made it.
 *
 * @example
 * ```ts
 * import { createAuthorizer, isRestApiKeyError, memoryStore } from 'rest-api-key'
 *
 * try {
 *   createAuthorizer({ store: memoryStore(), realm: 'line\nbreak' })
 * } catch (error) {
 *   if (isRestApiKeyError(error)) console.error(error.code) // 'invalid_option'
 * }
 * ```
 */
export function isRestApiKeyError(value: unknown): value is RestApiKeyError {
  try {
    return brand in (value as object)
  } catch {
    // No object, or a proxy that refuses to be asked.
    return false
  }
}
