/**
 * The authorizer and what it is given: stores, digests, credentials and tenants.
 *
 * @module rest-api-key
 */

export { authorizationFor } from './authorization-for.js'
export type { AuthorizationRequest } from './authorization-request.js'
export { type Authorizer, createAuthorizer, type RoleRequest } from './authorizer.js'
export type { AuthorizerOptions, CacheOptions } from './authorizer-options.js'
export { bearerCredentials } from './bearer-credentials.js'
export type { ChangeFeed, ChangeListener } from './change-feed.js'
export type { CredentialFormat } from './credentials.js'
export type {
  Allowed,
  Anonymous,
  Decision,
  DenialCause,
  DenialReason,
  Denied,
  DeniedResponse,
} from './decision.js'
export type { DecisionFacts } from './decision-facts.js'
export type { Digest } from './digest.js'
export { type Fault, isRestApiKeyError, RestApiKeyError, type RestApiKeyErrorCode } from './errors.js'
export type { ExplainedCheck, ExplainedCopy, Explanation } from './explanation.js'
export { headerCredentials } from './header-credentials.js'
export { type HeaderLines, headerLinesOf } from './header-lines.js'
export { type HmacSha256DigestOptions, hmacSha256Digest } from './hmac-sha256-digest.js'
export { ipRulesFromText } from './ip-rules-from-text.js'
export type { KeyRecord } from './key-record.js'
export type { KeyStore, KeyUse, LookUpOptions } from './key-store.js'
export type { LastUsedOptions } from './last-used.js'
export { type OpenApiSecurityScheme, openApiSecurityScheme } from './open-api-security-scheme.js'
export { plainDigest } from './plain-digest.js'
export type { Principal } from './principal.js'
export { type ReferenceIds, type ReferenceIdsOptions, referenceIds } from './reference-ids.js'
export { restApiKeyCredentials } from './rest-api-key-credentials.js'
export { sha256Digest } from './sha256-digest.js'
export {
  type MemoryKeySeed,
  type MemoryStore,
  type MemoryStoreOptions,
  memoryStore,
} from './stores/memory.js'
export {
  type TenantClaim,
  type TenantFromKey,
  type TenantResolver,
  type TenantSource,
  tenantFromKey,
} from './tenant.js'
export { tenantFromHeader } from './tenant-from-header.js'
export { tenantFromParam } from './tenant-from-param.js'
export { tenantFromSubdomain } from './tenant-from-subdomain.js'
export { type ForwardedRequest, type TrustedClientIpOptions, trustedClientIp } from './trusted-client-ip.js'
