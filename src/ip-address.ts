import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** How many units an IPv4 address has; see {@link parseIpAddress}. */
export const ipv4Units = 2

/** The beginning of `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2) in units. */
const mapped = '\0\0\0\0\0\uffff'

/**
 * The beginning of an IPv4-compatible `::a.b.c.d` (RFC 4291, section 2.5.5.1), which `ipaddr.js` takes for the IPv4-mapped
 * `::ffff:a.b.c.d`, another address. Written with one group more it does not.
 */
const compatible = /^::(?=\d+\.)/

/**
 * Parses an address strictly, into its groups of 16 bits, one UTF-16 code unit each: two for IPv4, eight for IPv6. Texts of
 * one length compare like the addresses. An IPv4-mapped address is unwrapped.
 *
 * `isIP` is the gate: `ipaddr.js` alone reads octal, hexadecimal and short forms. Zone ids mean something on one machine
 * only and are refused.
 */
export function parseIpAddress(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const ipv4 = parseIpv4Address(text)
  if (ipv4 !== undefined) return uint32Units(ipv4)
  if (isIP(text) === 0 || text.includes('%')) return undefined
  const units = String.fromCharCode(...ipaddr.IPv6.parse(text.replace(compatible, '::0:')).parts)
  return units.startsWith(mapped) ? units.slice(mapped.length) : units
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

/** A number of 32 bits as two units, which is how an IPv4 address is written. */
export function uint32Units(number: number): string {
  return String.fromCharCode(number >>> 16, number & 0xffff)
}
