import type { Allowed } from './decision.js'
import { compileIpRules, type IpRules } from './ip-rules.js'
import type { ValidKeyRecord } from './key-record.js'

/**
 * A checked record, compiled: what a request needs of it and nothing else. It holds facts, and no verdict beyond the
 * address that its rules, which never change, were found to name.
 */
export interface CachedKey {
  /** That of the principal, here as well: a check that has to go there waits for two more places in memory. */
  readonly tenantId: string
  readonly activated: boolean
  /** Milliseconds since the epoch; `null`: never. */
  readonly expiresAtMs: number | null
  /** `null` if the key may be used from everywhere. */
  readonly ipRules: IpRules | null
  /**
   * The address, as an `AddressReader` reads it, that used the key last; `null`: none yet. Machines seldom move: most requests
   * need not go to the rules, which in a large cache are one more place in memory to wait for.
   */
  lastAddress: string | null
  /** The decision that every request with this key shares if it passes; who the key is, is in its principal. */
  readonly allowed: Allowed
  /** When its read was issued, on the clock of `performance.now()`: its age counts from there. */
  readonly readAtMs: number
}

/** @throws {RestApiKeyError} `invalid_ip_rule` if the store's record cannot be used. */
export function compileKey(
  record: ValidKeyRecord,
  headers: Readonly<Record<string, string>>,
  readAtMs: number,
): CachedKey {
  const { allowedIps } = record
  // Each field by its name: an object that is spread takes up more memory.
  const principal = Object.freeze({
    keyId: record.id,
    tenantId: shared(record.tenantId),
    groupId: shared(record.groupId),
    onBehalfOf: shared(record.onBehalfOf),
    inRole: shared(record.inRole),
    description: record.description,
    metadata: record.metadata,
  })
  return {
    tenantId: principal.tenantId,
    activated: record.activated,
    expiresAtMs: record.expiresAtMs,
    ipRules: allowedIps.length === 0 ? null : compileIpRules(allowedIps),
    lastAddress: null,
    allowed: Object.freeze({ allowed: true, principal, headers }),
    // Rounded down, so that no key looks younger than it is: a whole number needs no memory of its own.
    readAtMs: Math.floor(readAtMs),
  }
}

/**
 * The same text, but one for all keys that have it in common: drivers make a new one for each row. JavaScript engines keep
 * the name of a property once, for as long as it is in use.
 */
function shared<Text extends string | null>(text: Text): Text {
  if (text === null) return text
  const names = Object.create(null) as Record<string, true>
  names[text] = true
  return Object.keys(names)[0] as Text
}
