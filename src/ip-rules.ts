import { ipv4Units, parseIpAddress, uint32Units } from './ip-address.js'
import { type IpRange, parseIpRule } from './ip-rule.js'

/**
 * A compiled, immutable list of IP rules: one text, because a million keys have a million of them and a text is the
 * smallest thing that holds numbers. A range is the units of its first and of its last address. The IPv4 ranges come
 * first, then the IPv6 ones, each sorted and disjoint. Only if there are IPv6 ones, the number of IPv4 ranges stands before
 * them all, written like an IPv4 address, which is half a range: the length of the text tells.
 */
export type IpRules = string & { readonly compiled: unique symbol }

const ipv4RangeUnits = 2 * ipv4Units

/**
 * Compiles IP rules for a binary search, so that the cost of a request does not grow with their number.
 *
 * @throws {RestApiKeyError} `invalid_ip_rule` on the first rule that is no address, CIDR block or range.
 */
export function compileIpRules(rules: readonly string[]): IpRules {
  const ends: string[] = []
  let ipv4Count = 0
  const ranges = disjoint(rules.map(parseIpRule))
  for (const { first, last } of ranges) {
    if (first.length === ipv4Units) ipv4Count++
    ends.push(first, last)
  }
  if (ipv4Count < ranges.length) ends.unshift(uint32Units(ipv4Count))
  return ends.join('') as IpRules
}

/** Whether a rule names the address with these units. An unknown or invalid one, `undefined` here, is named by none. */
export function allowsAddress(rules: IpRules, units: string | undefined): boolean {
  if (units === undefined) return false
  const rangeUnits = 2 * units.length
  const ipv4Start = rules.length % ipv4RangeUnits
  const ipv4End = ipv4Start === 0 ? rules.length : ipv4Start + uint32At(rules, 0) * ipv4RangeUnits
  const isIpv4 = units.length === ipv4Units
  const start = isIpv4 ? ipv4Start : ipv4End
  const end = isIpv4 ? ipv4End : rules.length
  let low = 0
  let high = (end - start) / rangeUnits - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (compareAt(rules, start + middle * rangeUnits, units) > 0) high = middle - 1
    else low = middle + 1
  }
  return high >= 0 && compareAt(rules, start + high * rangeUnits + units.length, units) >= 0
}

/** The first of the rules, as it was written, that names the address. */
export function ruleNaming(rules: readonly string[], ip: string | undefined): string | undefined {
  const units = parseIpAddress(ip)
  return rules.find((rule) => allowsAddress(compileIpRules([rule]), units))
}

/** Above, below or equal to 0 as the address that stands there is above, below or equal to the other one. */
function compareAt(rules: IpRules, offset: number, units: string): number {
  for (let i = 0; i < units.length; i += 2) {
    // Two units at once: an IPv4 address is compared in one step.
    const difference = uint32At(rules, offset + i) - uint32At(units, i)
    if (difference !== 0) return difference
  }
  return 0
}

function uint32At(units: string, index: number): number {
  return units.charCodeAt(index) * 65_536 + units.charCodeAt(index + 1)
}

/** IPv4 stands before IPv6; those of one family are sorted by start, overlapping ones merged. */
function disjoint(ranges: IpRange[]): IpRange[] {
  const merged: IpRange[] = []
  ranges.sort((a, b) => a.first.length - b.first.length || (a.first < b.first ? -1 : 1))
  for (const range of ranges) {
    const previous = merged.at(-1)
    if (previous?.first.length !== range.first.length || previous.last < range.first) merged.push(range)
    else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last }
  }
  return merged
}
