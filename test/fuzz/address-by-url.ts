import { isIP } from 'node:net'

export interface NumericAddress {
  readonly bits: 32 | 128
  readonly value: bigint
  /** Whether it was written as an IPv4-mapped IPv6 address. */
  readonly mapped: boolean
}

/** An address as Node's `isIP` accepts it and its parser of URLs reads it; one with a zone id is none. */
export function addressByUrl(text: string): NumericAddress | undefined {
  if (text.includes('%')) return undefined
  if (isIP(text) === 4) return { bits: 32, value: octets(text), mapped: false }
  if (isIP(text) !== 6) return undefined
  // Shortened, in lower case, with nothing in dots: https://url.spec.whatwg.org/#concept-ipv6-serializer
  const [left = '', right] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const head = groups(left)
  const tail = groups(right ?? '')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0n)
  const value = [...head, ...zeros, ...tail].reduce((sum, group) => sum * 65_536n + group, 0n)
  return value / 2n ** 32n === 0xffffn
    ? { bits: 32, value: value % 2n ** 32n, mapped: true }
    : { bits: 128, value, mapped: false }
}

function octets(text: string): bigint {
  return text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
}

function groups(text: string): readonly bigint[] {
  return text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`))
}
