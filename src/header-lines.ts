import type { IncomingMessage } from 'node:http'
import { invalidOption } from './options.js'

/**
 * The values of one header, one entry for each field line that the client sent, in order; empty if there was none.
 * The name is given in lower case.
 */
export type HeaderLines = (name: string) => readonly string[]

/** What is read of a request of `node:http`, `node:https` or the compatibility API of `node:http2`. */
export type RawRequest = Pick<IncomingMessage, 'rawHeaders'>

/**
 * Reads header lines for those who write their own adapter.
 *
 * Of an `IncomingMessage` the raw lines are counted, because `headers` keeps only the first of two `Authorization`
 * lines. A Fetch `Headers` object has joined them with a comma already: it yields one entry at most.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createAuthorizer, headerLinesOf, memoryStore } from 'rest-api-key'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * createServer(async (req, res) => {
 *   const decision = await authorizer.authorize({
 *     headerLines: headerLinesOf(req),
 *     tenantId: 'acme',
 *     ip: req.socket.remoteAddress,
 *   })
 *   if (decision.allowed) res.end(`Hello ${decision.principal.keyId}`)
 *   else res.writeHead(decision.response.status, decision.response.headers).end(decision.response.body)
 * })
 * ```
 */
export function headerLinesOf(source: RawRequest | Headers): HeaderLines {
  if (typeof source === 'object' && source !== null) {
    if ('rawHeaders' in source && Array.isArray(source.rawHeaders)) {
      const { rawHeaders } = source
      return (name) => rawLines(rawHeaders, name)
    }
    if ('get' in source && typeof source.get === 'function') {
      return (name) => {
        // Fetch knows no pseudo-header fields, and throws if it is asked for one.
        const value = name.startsWith(':') ? null : source.get(name)
        return typeof value === 'string' ? [value] : []
      }
    }
  }
  throw invalidOption('source', 'an IncomingMessage or a Headers object', source)
}

/** Names stand at even places of `rawHeaders`, values at odd ones. */
function rawLines(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string
    if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {
      lines.push(rawHeaders[i + 1] as string)
    }
  }
  return lines
}

/** How many names and values `node:http` keeps where the server sets no `maxHeadersCount`. */
const defaultMaxRawHeaders = 2_000

/**
 * Whether Node.js may have dropped header lines of this request: it silently keeps no more than `maxHeadersCount`
 * of them, and a forwarding header among the dropped ones would make a proxy's address look like the client's.
 */
export function mayBeTruncated(request: RawRequest & { readonly socket?: unknown }): boolean {
  const { server } = (request.socket ?? {}) as { server?: { maxHeadersCount?: number | null } }
  const maxHeadersCount = server?.maxHeadersCount
  if (maxHeadersCount === 0) return false
  return request.rawHeaders.length >= (maxHeadersCount ? maxHeadersCount * 2 : defaultMaxRawHeaders)
}
