import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IPv4 address as a number, an IPv6 address as a bigint: the two never compare equal. */
export type IpAddress = number | bigint

export interface ParsedIpAddress {
  readonly value: IpAddress
  /** Whether it was written as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2) and unwrapped. */
  readonly mapped: boolean
}

/**
 * The beginning of an IPv4-compatible `::a.b.c.d` (RFC 4291, section 2.5.5.1), which `ipaddr.js` takes for the IPv4-mapped
 * `::ffff:a.b.c.d`, another address. Written with one group more it does not.
 */
const compatible = /^::(?=\d+\.)/

/**
 * Parses an address strictly. `isIP` is the gate: `ipaddr.js` alone reads octal, hexadecimal and short forms. Zone ids
 * mean something on one machine only and are refused.
 */
export function parseIpAddress(text: unknown): ParsedIpAddress | undefined {
  if (typeof text !== 'string' || isIP(text) === 0 || text.includes('%')) return undefined
  const address = ipaddr.parse(text.replace(compatible, '::0:'))
  if (address instanceof ipaddr.IPv4) return { value: toNumber(address), mapped: false }
  return address.isIPv4MappedAddress()
    ? { value: toNumber(address.toIPv4Address()), mapped: true }
    : { value: toBigInt(address), mapped: false }
}

function toNumber(address: ipaddr.IPv4): number {
  return address.octets.reduce((value, octet) => value * 256 + octet, 0)
}

function toBigInt(address: ipaddr.IPv6): bigint {
  return address.parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n)
}
