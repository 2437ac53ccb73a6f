import type { Request, Response } from 'express'
import type { DeniedResponse } from '../../src/decision.js'
import { clientIn, withUnknownClient } from '../../src/forwarded-for.js'
import { headerLinesOf, mayBeTruncated } from '../../src/header-lines.js'
import type { RequestReader } from '../../src/request-authorizer.js'
import { mergeVary } from '../../src/vary.js'

/** Not `res.send()`: it adds an `ETag` and may answer 304. */
export function writeToExpress(res: Response, { status, headers, body }: DeniedResponse): void {
  const vary = mergeVary(res.getHeader('vary'), headers.vary as string)
  res.writeHead(status, { ...headers, vary, 'content-length': Buffer.byteLength(body) }).end(body)
}

export const expressReader: RequestReader<Request> = {
  headerLines: headerLinesOf,

  /** `req.ip`, unless Express trusts every hop: then the client's address is unknown. */
  ip(req) {
    const peer = req.socket.remoteAddress
    if (!isTrusted(req, peer)) return peer
    if (mayBeTruncated(req)) return undefined
    const headers = { 'x-forwarded-for': withUnknownClient(req.get('x-forwarded-for')) }
    return clientIn((Object.create(req, { headers: { value: headers } }) as Request).ips)
  },

  /** Uncut, unlike `req.hostname`: a host that is odd must stay odd. */
  host(req) {
    const forwarded = req.get('x-forwarded-host')
    return forwarded && isTrusted(req, req.socket.remoteAddress) ? forwarded : req.get('host')
  },

  param: (req, name) => (req.params as Record<string, unknown>)[name],
}

function isTrusted(req: Request, peer: string | undefined): boolean {
  const trust = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  return trust(peer, 0)
}
