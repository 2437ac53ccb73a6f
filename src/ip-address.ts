import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IPv4 address as a number, an IPv6 address as a bigint: the two never compare equal. */
export type IpAddress = number | bigint

/** How many units an IPv4 address has; see {@link addressUnits}. */
export const ipv4Units = 2

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
  if (typeof text !== 'string') return undefined
  const ipv4 = parseIpv4Address(text)
  if (ipv4 !== undefined) return { value: ipv4, mapped: false }
  if (isIP(text) === 0 || text.includes('%')) return undefined
  const address = ipaddr.IPv6.parse(text.replace(compatible, '::0:'))
  return address.isIPv4MappedAddress()
    ? { value: toNumber(address.toIPv4Address()), mapped: true }
    : { value: toBigInt(address), mapped: false }
}

/**
 * `a.b.c.d` in decimal numbers without leading zeros; anything else is `undefined`. Most addresses are of this form, and
 * the gate and the library take twenty times as long.
 */
function parseIpv4Address(text: string): number | undefined {
  let address = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2e) {
      if (digits === 0) return undefined
      address = address * 256 + octet
      octet = 0
      digits = 0
      dots++
    } else {
      const digit = code - 0x30
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return undefined
      octet = octet * 10 + digit
      digits++
      if (octet > 255) return undefined
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : undefined
}

/** An address as its groups of 16 bits, one UTF-16 code unit each: two for IPv4, eight for IPv6. */
export function addressUnits(address: IpAddress): string {
  if (typeof address === 'number') return String.fromCharCode(address >>> 16, address & 0xffff)
  return String.fromCharCode(...shifts.map((shift) => Number((address >> shift) & 0xffffn)))
}

const shifts = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n]

function toNumber(address: ipaddr.IPv4): number {
  return address.octets.reduce((value, octet) => value * 256 + octet, 0)
}

function toBigInt(address: ipaddr.IPv6): bigint {
  return address.parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n)
}
