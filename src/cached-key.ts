import type { Allowed } from './decision.js'
import { compileIpRules, type IpRules } from './ip-rules.js'
import { parseKeyRecord } from './key-record.js'

/** A checked record, compiled: what a request needs of it and nothing else. It holds facts, no verdict. */
export interface CachedKey {
  readonly activated: boolean
  /** Milliseconds since the epoch; `null`: never. */
  readonly expiresAtMs: number | null
  /** `null` if the key may be used from everywhere. */
  readonly ipRules: IpRules | null
  /** The decision that every request with this key shares if it passes; who the key is, is in its principal. */
  readonly allowed: Allowed
  /** When its read was issued, on the clock of `performance.now()`: its age counts from there. */
  readonly readAtMs: number
}

/** @throws {RestApiKeyError} `invalid_record` or `invalid_ip_rule` if the store's record cannot be used. */
export function compileKey(
  record: unknown,
  digest: string,
  headers: Readonly<Record<string, string>>,
  readAtMs: number,
): CachedKey {
  const { id, activated, expiresAtMs, allowedIps, ...facts } = parseKeyRecord(record, digest)
  return {
    activated,
    expiresAtMs,
    ipRules: allowedIps.length === 0 ? null : compileIpRules(allowedIps),
    allowed: Object.freeze({ allowed: true, principal: Object.freeze({ keyId: id, ...facts }), headers }),
    readAtMs,
  }
}
