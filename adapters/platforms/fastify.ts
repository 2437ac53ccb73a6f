import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DeniedResponse } from '../../src/decision.js'
import { clientIn, withUnknownClient } from '../../src/forwarded-for.js'
import { headerLinesOf, mayBeTruncated } from '../../src/header-lines.js'
import type { RequestReader } from '../../src/request-authorizer.js'
import { mergeVary } from '../../src/vary.js'

export function writeToFastify(reply: FastifyReply, { status, headers, body }: DeniedResponse): FastifyReply {
  const vary = mergeVary(reply.getHeader('vary'), headers.vary as string)
  return reply
    .code(status)
    .headers({ ...headers, vary })
    .send(body)
}

export const fastifyReader: RequestReader<FastifyRequest> = {
  headerLines: (request) => headerLinesOf(request.raw),

  /** `request.ip`, unless Fastify trusts every hop: then the client's address is unknown. */
  ip(request) {
    if (request.ips === undefined) return request.ip // No proxy is trusted.
    const [peer, ...forwarded] = hopsOf(request)
    if (forwarded.length === 0) return trustsByNumber(request.server) ? undefined : peer
    return mayBeTruncated(request.raw) ? undefined : clientIn(forwarded.reverse())
  },

  /** Uncut, unlike `request.host`: a host that is odd must stay odd. */
  host(request) {
    const headers = request.raw.headers as Readonly<Record<string, string | undefined>>
    const forwarded = headers['x-forwarded-host']
    return forwarded && request.ips && hopsOf(request).length > 1
      ? forwarded
      : (headers.host ?? headers[':authority'])
  },

  param: (request, name) => (request.params as Record<string, unknown>)[name],
}

/**
 * Whether proxies are trusted by their number. Fastify 5 trusts none then, and the peer, which is a proxy, would pass for
 * the client. Fastify keeps its options under a symbol of its own; where they cannot be seen, this is not known.
 */
function trustsByNumber(server: FastifyInstance | undefined): boolean {
  for (let owner: object | null = server ?? null; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find(
      ({ description }) => description === 'fastify.options',
    )
    if (symbol === undefined) continue
    const { trustProxy } = (owner as Record<symbol, { trustProxy?: unknown }>)[symbol] ?? {}
    return typeof trustProxy === 'number'
  }
  return false
}

/** The peer and, if it is trusted, the hops that it has forwarded, up to the first that is not. Needs `request.ips`. */
function hopsOf(request: FastifyRequest): readonly (string | undefined)[] {
  const { socket, headers } = request.raw
  const forwardedFor = headers['x-forwarded-for'] as string | undefined
  const raw = { socket, headers: { 'x-forwarded-for': withUnknownClient(forwardedFor) } }
  return (Object.create(request, { raw: { value: raw } }) as Required<Pick<FastifyRequest, 'ips'>>).ips
}
