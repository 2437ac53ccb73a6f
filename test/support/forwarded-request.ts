import type { ForwardedRequest } from 'rest-api-key'
import type { Framework } from './http-api.js'

/** A framework's request as `trustedClientIp` takes it: by its Fetch headers where that is all that there is. */
export function forwardedRequestOf(framework: Framework, request: unknown): ForwardedRequest {
  const incoming = framework.incoming(request)
  if (framework.name !== 'Fetch') return incoming
  return { remoteAddress: incoming.socket.remoteAddress, headers: (request as Request).headers }
}
