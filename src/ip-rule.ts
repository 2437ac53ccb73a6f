import { RestApiKeyError } from './errors.js'
import { parseIpAddress } from './ip-address.js'
import { describeType } from './options.js'

/** Inclusive; both ends are addresses of one family, in units. */
export interface IpRange {
  readonly first: string
  readonly last: string
}

/** An address, a CIDR block or an inclusive range `start-end` of one family; anything else is an error. */
export function parseIpRule(rule: unknown): IpRange {
  const range = typeof rule === 'string' ? (parseBlock(rule) ?? parseRange(rule)) : undefined
  if (range === undefined) {
    throw new RestApiKeyError(
      'invalid_ip_rule',
      `An IP rule must be an address, a CIDR block ("10.0.0.0/8") or an ascending range of one family ("10.0.0.1-10.0.0.9"), not ${shown(rule)}`,
    )
  }
  return range
}

/** A decimal prefix length without a leading zero. */
const blockForm = /^([^/]+)\/(0|[1-9]\d{0,2})$/

function parseBlock(rule: string): IpRange | undefined {
  const [, text, prefixText] = blockForm.exec(rule) ?? []
  const address = parseIpAddress(text)
  if (address === undefined) return undefined
  const bits = 16 * address.length
  // The prefix of an IPv4-mapped address is one of 128 bits.
  const prefix = Number(prefixText) - (bits === 32 && rule.includes(':') ? 96 : 0)
  if (prefix < 0 || prefix > bits) return undefined
  let first = ''
  let last = ''
  for (let i = 0; i < address.length; i++) {
    const unit = address.charCodeAt(i)
    const hostMask = 0xffff >> Math.min(16, Math.max(0, prefix - 16 * i))
    first += String.fromCharCode(unit & ~hostMask)
    last += String.fromCharCode(unit | hostMask)
  }
  return { first, last }
}

/** A single address is the range from it to itself. */
function parseRange(rule: string): IpRange | undefined {
  const [start, end = start, ...rest] = rule.split('-')
  const first = parseIpAddress(start)
  const last = parseIpAddress(end)
  return first !== undefined && first.length === last?.length && first <= last && rest.length === 0
    ? { first, last }
    : undefined
}

/** Has dots or colons, and no more digits in a row than an octet or a group could be mistaken for. */
const likeRule = /^(?=.*[.:])(?!.*[0-9A-Fa-f]{9})[0-9A-Fa-f.:/*%, -]{1,91}$/

/** Rules are no secrets, but a text that does not look like one is not repeated: it may be a Reference ID. */
function shown(rule: unknown): string {
  return typeof rule === 'string' && likeRule.test(rule) ? `"${rule}"` : describeType(rule)
}
