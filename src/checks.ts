import type { CachedKey } from './cached-key.js'
import type { DenialCause, DenialReason } from './decision.js'
import { allowsAddress } from './ip-rules.js'
import { isResolved, isTenantFromKey, type TenantClaim } from './tenant.js'

/** One question about a key that was found. */
export interface Check {
  readonly name: 'activated' | 'not_expired' | 'tenant' | 'ip'
  readonly reason: DenialReason
  /** The address as an `AddressReader` reads it. */
  passes(key: CachedKey, claim: TenantClaim, address: string | undefined): boolean
  /** What the decision tells the operator beyond the reason. */
  cause?(claim: TenantClaim, address: string | undefined): DenialCause | undefined
}

function isActivated(key: CachedKey): boolean {
  return key.activated
}

function isNotExpired(key: CachedKey): boolean {
  return key.expiresAtMs === null || Date.now() < key.expiresAtMs
}

/** By code point. The record is the authority: what the request claims can only narrow. */
function belongsTo(key: CachedKey, claim: TenantClaim): boolean {
  return claim === key.tenantId || isTenantFromKey(claim)
}

function mayBeUsedFrom(key: CachedKey, address: string | undefined): boolean {
  return key.ipRules === null || key.lastAddress === address || allowsAddress(key.ipRules, address)
}

const activated: Check = { name: 'activated', reason: 'deactivated', passes: isActivated }

const notExpired: Check = { name: 'not_expired', reason: 'expired', passes: isNotExpired }

const tenant: Check = {
  name: 'tenant',
  reason: 'wrong_tenant',
  passes: belongsTo,
  cause: (claim) => (isResolved(claim) ? undefined : 'tenant_unresolved'),
}

const ip: Check = {
  name: 'ip',
  reason: 'ip_not_allowed',
  passes: (key, _, address) => mayBeUsedFrom(key, address),
  cause: (_, address) => (address === undefined ? 'ip_unknown' : undefined),
}

/** All of them, in the order in which they are asked. */
export const checks: readonly Check[] = [activated, notExpired, tenant, ip]

/** The first check that the key does not pass. Spelt out, because calls in a loop over `checks` take longer. */
export function firstFailure(
  key: CachedKey,
  claim: TenantClaim,
  address: string | undefined,
): Check | undefined {
  if (!isActivated(key)) return activated
  if (!isNotExpired(key)) return notExpired
  if (!belongsTo(key, claim)) return tenant
  if (!mayBeUsedFrom(key, address)) return ip
  return undefined
}
