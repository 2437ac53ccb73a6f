import type { CachedKey } from './cached-key.js'
import type { DenialCause, DenialReason } from './decision.js'
import { parseIpAddress } from './ip-address.js'
import { isResolved, isTenantFromKey, type TenantClaim } from './tenant.js'

/** One question about a key that was found. */
export interface Check {
  readonly name: 'activated' | 'not_expired' | 'tenant' | 'ip'
  readonly reason: DenialReason
  passes(key: CachedKey, claim: TenantClaim, ip: string | undefined): boolean
  /** The values that decided, in words, for the operator. */
  detail(key: CachedKey, claim: TenantClaim, ip: string | undefined): string
  /** What the decision tells the operator beyond the reason. */
  cause?(claim: TenantClaim, ip: string | undefined): DenialCause | undefined
}

const activated: Check = {
  name: 'activated',
  reason: 'deactivated',
  passes: (key) => key.activated,
  detail: (key) => (key.activated ? 'The key is activated.' : 'The key is deactivated.'),
}

const notExpired: Check = {
  name: 'not_expired',
  reason: 'expired',
  passes: (key) => key.expiresAtMs === null || Date.now() < key.expiresAtMs,
  detail: (key) =>
    key.expiresAtMs === null
      ? 'The key never expires.'
      : `The key works before ${new Date(key.expiresAtMs).toISOString()}.`,
}

/** By code point. The record is the authority: what the request claims can only narrow. */
const tenant: Check = {
  name: 'tenant',
  reason: 'wrong_tenant',
  passes: (key, claim) => claim === key.allowed.principal.tenantId || isTenantFromKey(claim),
  detail: (key, claim) =>
    `The key belongs to ${JSON.stringify(key.allowed.principal.tenantId)}; ${claimText(claim)}.`,
  cause: (claim) => (isResolved(claim) ? undefined : 'tenant_unresolved'),
}

const ip: Check = {
  name: 'ip',
  reason: 'ip_not_allowed',
  passes: (key, _, address) => key.ipRules === null || key.ipRules.allows(address),
  detail(key, _, address) {
    if (key.ipRules === null) return 'The key may be used from every address.'
    if (parseIpAddress(address) === undefined)
      return 'The key has IP rules, and no valid client address is known.'
    const rule = key.ipRules.matching(address)
    return rule === undefined ? `No rule names ${address}.` : `Rule ${rule} names ${address}.`
  },
  cause: (_, address) => (parseIpAddress(address) === undefined ? 'ip_unknown' : undefined),
}

/** What a request claims, in words. */
export function claimText(claim: TenantClaim): string {
  if (!isResolved(claim)) return 'the request names no tenant'
  return isTenantFromKey(claim) ? 'any tenant is accepted' : `the request claims ${JSON.stringify(claim)}`
}

/** All of them, in the order in which they are asked. */
export const checks: readonly Check[] = [activated, notExpired, tenant, ip]

/** The first check that the key does not pass. */
export function firstFailure(
  key: CachedKey,
  claim: TenantClaim,
  address: string | undefined,
): Check | undefined {
  for (const check of checks) {
    if (!check.passes(key, claim, address)) return check
  }
  return undefined
}
