import { RestApiKeyError } from './errors.js'
import { type IpAddress, parseIpAddress } from './ip-address.js'

/** Inclusive; both ends are of one family. */
export interface IpRange {
  readonly first: IpAddress
  readonly last: IpAddress
}

/** An address, a CIDR block or an inclusive range `start-end` of one family; anything else is an error. */
export function parseIpRule(rule: unknown): IpRange {
  if (typeof rule !== 'string') throw invalidIpRule('a text')
  if (rule.includes('/')) return parseBlock(rule)
  if (rule.includes('-')) return parseRange(rule)
  const address = parseIpAddress(rule)
  if (address === undefined) throw invalidIpRule('an address, a CIDR block or a range start-end', rule)
  return { first: address.value, last: address.value }
}

function parseBlock(rule: string): IpRange {
  const [text, prefixText, ...rest] = rule.split('/')
  const address = parseIpAddress(text)
  if (address === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(prefixText as string)) {
    throw invalidIpRule('a CIDR block: an address, "/" and a decimal prefix length', rule)
  }
  const prefix = Number(prefixText) - (address.mapped ? 96 : 0)
  if (typeof address.value === 'number') {
    if (prefix < 0) throw invalidIpRule('a block of IPv4-mapped addresses of at least 96 bits', rule)
    if (prefix > 32) throw invalidIpRule('a CIDR block of at most 32 bits', rule)
    const size = 2 ** (32 - prefix)
    const first = address.value - (address.value % size)
    return { first, last: first + size - 1 }
  }
  if (prefix > 128) throw invalidIpRule('a CIDR block of at most 128 bits', rule)
  const hostMask = (1n << BigInt(128 - prefix)) - 1n
  return { first: address.value & ~hostMask, last: address.value | hostMask }
}

function parseRange(rule: string): IpRange {
  const [start, end, ...rest] = rule.split('-')
  const first = parseIpAddress(start)?.value
  const last = parseIpAddress(end)?.value
  if (first === undefined || last === undefined || rest.length > 0) {
    throw invalidIpRule('a range: two addresses with "-" between them and no blanks', rule)
  }
  if (typeof first !== typeof last) throw invalidIpRule('a range of one address family', rule)
  if (first > last) throw invalidIpRule('a range whose start is not above its end', rule)
  return { first, last }
}

const longestRule = '0000:0000:0000:0000:0000:ffff:255.255.255.255'.length * 2 + 1

/** Rules are no secrets, but a text that does not look like one is not repeated: it may be a Reference ID. */
function invalidIpRule(expected: string, rule?: string): RestApiKeyError {
  const shown = rule === undefined ? '' : `, not ${quote(rule)}`
  return new RestApiKeyError('invalid_ip_rule', `An IP rule must be ${expected}${shown}`)
}

/** Has dots or colons, and no more digits in a row than an octet or a group could be mistaken for. */
const likeRule = /^(?=.*[.:])(?!.*[0-9A-Fa-f]{9})[0-9A-Fa-f.:/*%, -]+$/

function quote(rule: string): string {
  if (rule === '') return 'an empty text'
  return rule.length <= longestRule && likeRule.test(rule) ? `"${rule}"` : 'another text'
}
