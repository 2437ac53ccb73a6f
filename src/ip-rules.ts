import { type IpAddress, parseIpAddress } from './ip-address.js'
import { type IpRange, parseIpRule } from './ip-rule.js'

/** How many addresses the rules of one key remember; a key is used from few. */
const maxRemembered = 16

/** A compiled, immutable list of IP rules. */
export interface IpRules {
  /** Whether a rule names the address. An unknown or invalid address is named by none. */
  allows(ip: string | undefined): boolean
  /** The first rule, as it was written, that names the address. */
  matching(ip: string | undefined): string | undefined
}

/**
 * Compiles IP rules: sorted, disjoint ranges and a binary search, so that the cost of a request does not grow with their
 * number.
 *
 * @throws {RestApiKeyError} `invalid_ip_rule` on the first rule that is no address, CIDR block or range.
 */
export function compileIpRules(rules: readonly string[]): IpRules {
  const ranges = rules.map(parseIpRule)
  const firsts: IpAddress[] = []
  const lasts: IpAddress[] = []
  for (const { first, last } of disjoint(ranges)) {
    firsts.push(first)
    lasts.push(last)
  }
  const remembered = new Map<string, boolean>()

  function search(address: IpAddress): boolean {
    let low = 0
    let high = firsts.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (isAfter(firsts[middle] as IpAddress, address)) high = middle - 1
      else low = middle + 1
    }
    return high >= 0 && typeof firsts[high] === typeof address && (lasts[high] as IpAddress) >= address
  }

  return {
    allows(ip) {
      if (ip === undefined) return false
      const known = remembered.get(ip)
      if (known !== undefined) return known
      const address = parseIpAddress(ip)
      if (address === undefined) return false
      const allowed = search(address.value)
      if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value as string)
      remembered.set(ip, allowed)
      return allowed
    },
    matching(ip) {
      const address = parseIpAddress(ip)?.value
      if (address === undefined) return undefined
      const index = ranges.findIndex((range) => contains(range, address))
      return rules[index]
    },
  }
}

function contains({ first, last }: IpRange, address: IpAddress): boolean {
  return typeof first === typeof address && first <= address && address <= last
}

/** IPv4 stands before IPv6, whatever the numbers are. */
function isAfter(a: IpAddress, b: IpAddress): boolean {
  return typeof a === typeof b ? a > b : typeof a === 'bigint'
}

/** Sorted by start, overlapping ones merged. */
function disjoint(ranges: readonly IpRange[]): IpRange[] {
  const merged: IpRange[] = []
  for (const range of [...ranges].sort((a, b) =>
    isAfter(a.first, b.first) ? 1 : isAfter(b.first, a.first) ? -1 : 0,
  )) {
    const previous = merged.at(-1)
    if (
      previous === undefined ||
      typeof previous.first !== typeof range.first ||
      previous.last < range.first
    ) {
      merged.push(range)
    } else if (range.last > previous.last) {
      merged[merged.length - 1] = { first: previous.first, last: range.last }
    }
  }
  return merged
}
