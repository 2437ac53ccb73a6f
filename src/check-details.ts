import type { Check } from './checks.js'
import { ruleNaming } from './ip-rules.js'
import type { FoundKey } from './key-lookup.js'
import { isResolved, isTenantFromKey, type TenantClaim } from './tenant.js'

type Detail = (
  found: FoundKey,
  claim: TenantClaim,
  /** As it was given. */
  ip: string | undefined,
  /** The same, as an `AddressReader` reads it. */
  address: string | undefined,
) => string

/** The values that decided each check, in words, for the operator. */
export const checkDetails: Readonly<Record<Check['name'], Detail>> = {
  activated: ({ key }) => (key.activated ? 'The key is activated.' : 'The key is deactivated.'),

  not_expired: ({ key }) =>
    key.expiresAtMs === null
      ? 'The key never expires.'
      : `The key works before ${new Date(key.expiresAtMs).toISOString()}.`,

  tenant: ({ record }, claim) =>
    `The key belongs to ${JSON.stringify(record.tenantId)}; ${claimText(claim)}.`,

  ip({ record: { allowedIps } }, _, ip, address) {
    if (allowedIps.length === 0) return 'The key may be used from every address.'
    if (address === undefined) return 'The key has IP rules, and no valid client address is known.'
    const rule = ruleNaming(allowedIps, ip)
    return rule === undefined ? `No rule names ${ip}.` : `Rule ${rule} names ${ip}.`
  },
}

/** What a request claims, in words. */
export function claimText(claim: TenantClaim): string {
  if (!isResolved(claim)) return 'the request names no tenant'
  return isTenantFromKey(claim) ? 'any tenant is accepted' : `the request claims ${JSON.stringify(claim)}`
}
