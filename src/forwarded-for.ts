import { isIP } from 'node:net'
import { stripBlanks } from './credentials.js'

/**
 * `X-Forwarded-For` with one hop more on the left that is no address. A framework that returns the first hop from the
 * right which it does not trust returns it only if it trusts all the others: if its proxies have forwarded nothing, or
 * if it trusts everything. Other hops that are no address become such hops too, because frameworks skip empty ones and
 * read `0x7f.1` as loopback.
 */
export function withUnknownClient(forwardedFor: string | undefined): string {
  const hops = forwardedFor?.split(',').map(stripBlanks) ?? []
  return ['unknown', ...hops.map((hop) => (isIP(hop) === 0 ? 'unknown' : hop))].join(', ')
}
