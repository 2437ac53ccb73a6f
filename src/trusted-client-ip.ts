import type { IncomingMessage } from 'node:http'
import { createAddressReader } from './address-reader.js'
import { stripBlanks } from './credentials.js'
import { headerLinesOf, mayBeTruncated } from './header-lines.js'
import { headerName } from './header-name.js'
import { parseIpAddress } from './ip-address.js'
import { allowsAddress, compileIpRules } from './ip-rules.js'
import { assertOptions, invalidOption } from './options.js'

/** Which proxies are believed. */
export interface TrustedClientIpOptions {
  /**
   * The proxies that are believed: addresses, CIDR blocks and ranges, and the names `loopback`, `linklocal` and
   * `uniquelocal`; or the exact number of proxies in front of the application, all of which must be unavoidable.
   */
  readonly trust: readonly string[] | number
  /** The header in which they forward addresses, nearest last. Default `x-forwarded-for`. */
  readonly header?: string
}

/** A request of Node.js, or the peer's address and the Fetch headers elsewhere. */
export type ForwardedRequest =
  | Pick<IncomingMessage, 'rawHeaders' | 'socket'>
  | { readonly remoteAddress: string | undefined; readonly headers: Headers }

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * The client's address for frameworks that have no trusted one: the hops are read from right to left, beginning with
 * the peer, and the first that is no trusted proxy is the client. There is no address if every hop is trusted (a proxy
 * forwarded none), if that hop is no valid address, or if Node.js may have dropped header lines.
 *
 * @throws {RestApiKeyError} `invalid_option` or `invalid_ip_rule` if an option cannot be used.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { trustedClientIp } from 'rest-api-key'
 *
 * const clientIp = trustedClientIp({ trust: ['loopback', '10.0.0.0/8'] })
 * createServer((req, res) => res.end(clientIp(req) ?? 'unknown'))
 * ```
 */
export function trustedClientIp(
  options: TrustedClientIpOptions,
): (request: ForwardedRequest) => string | undefined {
  assertOptions('trustedClientIp', options, ['trust', 'header'])
  const { header: headerOption = 'x-forwarded-for' } = options
  const isTrusted = parseTrust(options.trust)
  const header = headerName('header', headerOption)

  return (request) => {
    const source = 'rawHeaders' in request ? request : request.headers
    const peer = 'rawHeaders' in request ? request.socket.remoteAddress : request.remoteAddress
    if (!isTrusted(peer, 0)) return validated(peer)
    if ('rawHeaders' in request && mayBeTruncated(request)) return undefined
    const hops = headerLinesOf(source)(header).join(',').split(',').reverse().map(stripBlanks)
    return validated(hops.find((hop, index) => !isTrusted(hop, index + 1)))
  }
}

function validated(address: string | undefined): string | undefined {
  return parseIpAddress(address) && address
}

function parseTrust(trust: unknown): (address: string | undefined, index: number) => boolean {
  if (Number.isSafeInteger(trust) && (trust as number) >= 0) {
    // A peer on a Unix socket has no address; a hop that a proxy forwarded must have one.
    return (address, index) =>
      index < (trust as number) && (index === 0 || parseIpAddress(address) !== undefined)
  }
  if (!Array.isArray(trust)) {
    throw invalidOption(
      'trust',
      'a list of addresses, CIDR blocks, ranges and names, or a number of proxies',
      trust,
    )
  }
  const rules = compileIpRules(trust.flatMap((rule) => named[rule] ?? rule))
  const read = createAddressReader()
  return (address) => allowsAddress(rules, read(address))
}
