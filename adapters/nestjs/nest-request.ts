import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../src/principal.js'
import type { RequestAuthorization, requestAuthorization } from '../../src/request-authorizer.js'

/** What the requests of both platforms have in common. Annotate yours to have the rest: `(request: FastifyRequest) => …`. */
export interface NestRequest {
  readonly headers: IncomingHttpHeaders
  readonly method: string
  readonly url: string
  readonly ip?: string | undefined
  readonly params?: unknown
  readonly query?: unknown
  /** Set by `ApiKeyGuard`: the principal, or `null` for an anonymous request. */
  apiKey?: Principal | null
}

/** What the responses of both platforms have in common. */
export interface NestResponse {
  /** Sets a header. */
  header(name: string, value: string): unknown
  /** What is set already. */
  getHeader(name: string): number | string | string[] | undefined
  /** Sets the status. */
  status(status: number): this
  /** Ends the response. */
  send(body: string): unknown
}

export type AuthorizedRequest = NestRequest & { [requestAuthorization]?: RequestAuthorization }
