import type { CachedKey } from './cached-key.js'
import type { DenialCause, DenialReason } from './decision.js'
import { allowsAddress, ruleNaming } from './ip-rules.js'
import type { FoundKey } from './key-lookup.js'
import { isResolved, isTenantFromKey, type TenantClaim } from './tenant.js'

/** One question about a key that was found. */
export interface Check {
  readonly name: 'activated' | 'not_expired' | 'tenant' | 'ip'
  readonly reason: DenialReason
  /** The address as an `AddressReader` reads it. */
  passes(key: CachedKey, claim: TenantClaim, address: string | undefined): boolean
  /** The values that decided, in words, for the operator; with the address as it was given. */
  detail(found: FoundKey, claim: TenantClaim, ip: string | undefined, address: string | undefined): string
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
  return key.ipRules === null || allowsAddress(key.ipRules, address)
}

const activated: Check = {
  name: 'activated',
  reason: 'deactivated',
  passes: isActivated,
  detail: ({ key }) => (key.activated ? 'The key is activated.' : 'The key is deactivated.'),
}

const notExpired: Check = {
  name: 'not_expired',
  reason: 'expired',
  passes: isNotExpired,
  detail: ({ key }) =>
    key.expiresAtMs === null
      ? 'The key never expires.'
      : `The key works before ${new Date(key.expiresAtMs).toISOString()}.`,
}

const tenant: Check = {
  name: 'tenant',
  reason: 'wrong_tenant',
  passes: belongsTo,
  detail: ({ record }, claim) =>
    `The key belongs to ${JSON.stringify(record.tenantId)}; ${claimText(claim)}.`,
  cause: (claim) => (isResolved(claim) ? undefined : 'tenant_unresolved'),
}

const ip: Check = {
  name: 'ip',
  reason: 'ip_not_allowed',
  passes: (key, _, address) => mayBeUsedFrom(key, address),
  detail({ record: { allowedIps } }, _, address, units) {
    if (allowedIps.length === 0) return 'The key may be used from every address.'
    if (units === undefined) return 'The key has IP rules, and no valid client address is known.'
    const rule = ruleNaming(allowedIps, address)
    return rule === undefined ? `No rule names ${address}.` : `Rule ${rule} names ${address}.`
  },
  cause: (_, address) => (address === undefined ? 'ip_unknown' : undefined),
}

/** What a request claims, in words. */
export function claimText(claim: TenantClaim): string {
  if (!isResolved(claim)) return 'the request names no tenant'
  return isTenantFromKey(claim) ? 'any tenant is accepted' : `the request claims ${JSON.stringify(claim)}`
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
