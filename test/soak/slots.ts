import { createHash } from 'node:crypto'

/**
 * The keys of a soak have numbers. What never changes about one follows from its number, so that every process knows it:
 * its Reference ID, its tenant, and whether addresses are allowed to it.
 */
export interface Slot {
  readonly number: number
  readonly referenceId: string
  readonly tenantId: string
  /** Whether only requests from the office may use it. */
  readonly isRestricted: boolean
}

export const tenants = ['acme', 'globex'] as const
export const officeIp = '192.0.2.7'
export const foreignIp = '198.51.100.9'
export const officeRules = ['192.0.2.0/24', '2001:db8::/32']
/** The rules of a key that was taken away from everybody. */
export const nobodysRules = ['203.0.113.0/24']

export function slotOf(number: number): Slot {
  const digest = createHash('sha256').update(`slot ${number}`).digest('hex')
  return {
    number,
    // The form of ids that were issued elsewhere: they can be imported again after they were deleted.
    referenceId: digest.slice(0, 32).toUpperCase(),
    tenantId: tenants[number % tenants.length] as string,
    isRestricted: number % 3 === 0,
  }
}
