import type { IncomingMessage } from 'node:http'
import { createAddressReader } from './address-reader.js'
import { stripBlanks } from './credentials.js'
import { headerLinesOf, mayBeTruncated } from './header-lines.js'
import { headerName } from './header-name.js'
import { parseIpAddress } from './ip-address.js'
import { allowsAddress, compileIpRules } from './ip-rules.js'
import { assertOptions, invalidOption, optionalBoolean } from './options.js'

/** Which proxies are believed. */
export interface TrustedClientIpOptions {
  /**
   * The proxies that are believed: addresses, CIDR blocks and ranges, and the names `loopback`, `linklocal` and
   * `uniquelocal`; or the exact number of proxies in front of the application, all of which must be unavoidable.
   */
  readonly trust: readonly string[] | number
  /** The header in which they forward addresses, nearest last. Default `x-forwarded-for`. */
  readonly header?: string
  /**
   * Whether the header holds one address, the client's, which the proxy always writes itself, as `CF-Connecting-IP` and
   * `X-Real-IP` do. A list of them, or more than one line, is no address then. Default `false`: a list of hops.
   */
  readonly single?: boolean
  /**
   * Whether proxies forward the client's port too: `192.0.2.7:4711` and `[2001:db8::7]:4711`, which is taken off. An IPv6
   * address without brackets is no address then, because its last group may be a port. Default `false`: a hop with a
   * port is no address.
   */
  readonly ports?: boolean
}

/** A request of Node.js, or the peer's address and the Fetch headers elsewhere. */
export type ForwardedRequest =
  | Pick<IncomingMessage, 'rawHeaders' | 'socket'>
  | { readonly remoteAddress: string | undefined; readonly headers: Headers }

/** An IPv4 address, with a port or not, or an IPv6 address in brackets with one. */
const withPort = /^(?:([\d.]+)(?::\d{1,5})?|\[([\dA-Fa-f]*:[\dA-Fa-f.:]*)\]:\d{1,5})$/

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * The client's address for frameworks that have no trusted one: the hops are read from right to left, beginning with
 * the peer, and the first that is no trusted proxy is the client. With `single` it is what a trusted peer wrote. There is
 * no address if every hop is trusted (a proxy forwarded none), if that hop is no valid address, or if Node.js may have
 * dropped header lines.
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
 *
 * @example Behind a proxy that writes a header of its own, which holds the client's address alone
 * ```ts
 * import { trustedClientIp } from 'rest-api-key'
 *
 * const clientIp = trustedClientIp({ trust: ['10.0.0.0/8'], header: 'x-real-ip', single: true })
 * ```
 */
export function trustedClientIp(
  options: TrustedClientIpOptions,
): (request: ForwardedRequest) => string | undefined {
  assertOptions('trustedClientIp', options, ['trust', 'header', 'single', 'ports'])
  const { header: headerOption = 'x-forwarded-for', single = false, ports = false } = options
  optionalBoolean('single', single)
  optionalBoolean('ports', ports)
  const isTrusted = parseTrust(options.trust)
  const header = headerName('header', headerOption)

  return (request) => {
    const source = 'rawHeaders' in request ? request : request.headers
    const peer = 'rawHeaders' in request ? request.socket.remoteAddress : request.remoteAddress
    if (!isTrusted(peer, 0)) return validated(peer)
    if ('rawHeaders' in request && mayBeTruncated(request)) return undefined
    const texts = headerLinesOf(source)(header).join(',').split(',').reverse().map(stripBlanks)
    const hops = ports ? texts.map(withoutPort) : texts
    if (single) return hops.length === 1 ? validated(hops[0]) : undefined
    return validated(hops.find((hop, index) => !isTrusted(hop, index + 1)))
  }
}

/** Empty, which is no address, for whatever has another form. */
function withoutPort(hop: string): string {
  const [, ipv4, ipv6] = withPort.exec(hop) ?? []
  return ipv4 ?? ipv6 ?? ''
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
