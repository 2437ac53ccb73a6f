import type { HeaderLines } from './header-lines.js'

const brand = Symbol.for('rest-api-key.tenant')

/** The type of {@link tenantFromKey}. */
export interface TenantFromKey {
  readonly [brand]: 'key'
}

/**
 * Says explicitly that a request may act for whatever tenant its key belongs to. Read the tenant from
 * `principal.tenantId` afterwards.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore, tenantFromKey } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/express'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * export const middleware = apiKeyAuth(authorizer, { tenant: tenantFromKey })
 * ```
 */
export const tenantFromKey: TenantFromKey = Object.freeze({ [brand]: 'key' as const })

/** The tenant that a request claims. `undefined`, `null` and `''` are refused: no claim is no tenant. */
export type TenantClaim = string | null | undefined | TenantFromKey

/** What a {@link TenantResolver} can read of a request in any framework. */
export interface TenantSource {
  readonly headerLines: HeaderLines
  /** The host as the framework trusts it, with its port, unchanged otherwise. */
  host(): string | undefined
  /** A parameter of the route. */
  param(name: string): unknown
}

/** A resolver that works in every framework; made by `tenantFromHeader`, `tenantFromSubdomain` and `tenantFromParam`. */
export interface TenantResolver {
  readonly [brand]: 'resolver'
  /** Headers whose values decide, in lower case; they belong into `Vary`. */
  readonly vary: readonly string[]
  /** The tenant that the request claims, if it claims one. */
  resolve(source: TenantSource): string | undefined
}

export function createTenantResolver(
  resolve: (source: TenantSource) => string | undefined,
  vary: readonly string[] = [],
): TenantResolver {
  return Object.freeze({ [brand]: 'resolver' as const, vary: Object.freeze([...vary]), resolve })
}

/** By the brand's value, not by identity: an application can hold two copies of the package. */
export function isTenantFromKey(value: unknown): value is TenantFromKey {
  return typeof value === 'object' && value !== null && (value as TenantFromKey)[brand] === 'key'
}

export function isTenantResolver(value: unknown): value is TenantResolver {
  return typeof value === 'object' && value !== null && (value as TenantResolver)[brand] === 'resolver'
}

/** Whether a claim names a tenant at all. */
export function isResolved(claim: unknown): claim is string | TenantFromKey {
  return (typeof claim === 'string' && claim !== '') || isTenantFromKey(claim)
}
