import { BlockList } from 'node:net'

interface Address {
  readonly family: 'ipv4' | 'ipv6'
  /** Written in one way only. */
  readonly text: string
  readonly value: bigint
  readonly mapped: boolean
}

/**
 * What a list of IP rules allows, by Node's `BlockList`, or `undefined` if one of them is malformed. `BlockList` lets
 * IPv4-mapped addresses match rules of both families; here they are unwrapped before it sees them, and each family has a
 * list of its own.
 */
export function ipOracle(rules: readonly string[]): ((address: string) => boolean) | undefined {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  if (!rules.every((rule) => add(lists, rule))) return undefined
  return (text) => {
    const address = addressOf(text)
    return address !== undefined && lists[address.family].check(address.text, address.family)
  }
}

function add(lists: Readonly<Record<Address['family'], BlockList>>, rule: string): boolean {
  const [, text = '', separator, end = ''] = /^([^/-]*)([/-]?)([^/-]*)$/.exec(rule) ?? []
  const address = addressOf(text)
  if (address === undefined) return false
  const list = lists[address.family]
  if (separator === '') {
    list.addAddress(address.text, address.family)
    return true
  }
  if (separator === '/') {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(end)) return false
    const prefix = Number(end) - (address.mapped ? 96 : 0)
    if (prefix < 0 || prefix > (address.family === 'ipv4' ? 32 : 128)) return false
    list.addSubnet(address.text, prefix, address.family)
    return true
  }
  const last = addressOf(end)
  if (last === undefined || last.family !== address.family || last.value < address.value) return false
  list.addRange(address.text, last.text, address.family)
  return true
}

function addressOf(text: string): Address | undefined {
  const octets = octetsOf(text)
  if (octets !== undefined) return ipv4(octets, false)
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  const [high, low] = groups.slice(6) as [number, number]
  return groups.slice(0, 6).join() === '0,0,0,0,0,65535'
    ? ipv4([high >> 8, high & 255, low >> 8, low & 255], true)
    : {
        family: 'ipv6',
        text: groups.map((group) => group.toString(16)).join(':'),
        value: groups.reduce((value, group) => value * 65536n + BigInt(group), 0n),
        mapped: false,
      }
}

function ipv4(octets: readonly number[], mapped: boolean): Address {
  const value = octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  return { family: 'ipv4', text: octets.join('.'), value, mapped }
}

function octetsOf(text: string): readonly number[] | undefined {
  const octets = text.split('.')
  const fits = (octet: string) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256
  return octets.length === 4 && octets.every(fits) ? octets.map(Number) : undefined
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2). */
function groupsOf(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const lists = halves.map((half, index) =>
    half === '' ? [] : numbersOf(half.split(':'), index === halves.length - 1),
  )
  const [left, right] = lists
  if (lists.includes(undefined) || left === undefined) return undefined
  if (right === undefined) return left.length === 8 ? left : undefined
  const gap = 8 - left.length - right.length
  return gap > 0 ? [...left, ...Array.from({ length: gap }, () => 0), ...right] : undefined
}

/** The last place may be an IPv4 address, which fills two groups. */
function numbersOf(groups: readonly string[], isTail: boolean): readonly number[] | undefined {
  const numbers: number[] = []
  for (const [index, group] of groups.entries()) {
    const octets = isTail && index === groups.length - 1 ? octetsOf(group) : undefined
    if (octets !== undefined) {
      const [a, b, c, d] = octets as [number, number, number, number]
      numbers.push(a * 256 + b, c * 256 + d)
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) numbers.push(Number.parseInt(group, 16))
    else return undefined
  }
  return numbers
}
