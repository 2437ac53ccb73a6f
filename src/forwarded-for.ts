import { stripBlanks } from './credentials.js'
import { parseIpAddress } from './ip-address.js'

/**
 * `X-Forwarded-For` with one hop more on the left that is no address. A framework that returns the first hop from the
 * right which it does not trust returns it only if it trusts all the others: if its proxies have forwarded nothing, or
 * if it trusts everything. Other hops that are no address become such hops too, because frameworks skip empty ones and
 * read `0x7f.1` as loopback.
 */
export function withUnknownClient(forwardedFor: string | undefined): string {
  const hops = forwardedFor?.split(',').map(stripBlanks) ?? []
  return ['unknown', ...hops.map((hop) => (parseIpAddress(hop) ? hop : 'unknown'))].join(', ')
}

/**
 * The client of forwarded hops, of which it is the first. A hop that is no address shows that a proxy did not append the
 * one that it saw, so that counting proxies counts wrong.
 */
export function clientIn(hops: readonly (string | undefined)[]): string | undefined {
  return hops.every((hop) => parseIpAddress(hop) !== undefined) ? hops[0] : undefined
}
