import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { Authorizer, Denied, Principal, TenantClaim, TenantFromKey, TenantResolver } from 'rest-api-key'

/** The part of a response that every framework lets a test write. */
export interface Answer {
  status(status: number): void
  set(name: string, value: string): void
  send(status: number, body: string): void
}

/** What a route sees of its request, in any framework. */
interface Exchange {
  /** As the adapter left it on the framework's request. */
  readonly apiKey: Principal | null | undefined
  /** The text that the framework's body parser has read, if any. */
  readonly body: string
  principalOf(): Principal
}

export interface Route {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** Stands before `apiKeyAuth`. */
  readonly open?: boolean
  /** Guarded by `requireRole` with these. */
  readonly roles?: readonly string[]
  /** Returns the text to answer with. */
  readonly handle: (exchange: Exchange) => string | Promise<string>
}

/** One small API, the same in every framework. */
export interface Api {
  readonly authorizer: Authorizer
  /** A function is given the framework's own request. */
  readonly tenant:
    | string
    | TenantFromKey
    | TenantResolver
    | ((request: unknown) => TenantClaim | Promise<TenantClaim>)
  readonly ip?: (request: unknown) => string | undefined
  readonly optional?: boolean
  readonly onDenied?: (decision: Denied, answer: Answer) => unknown
  /** Default: {@link whoami} alone. */
  readonly routes?: readonly Route[]
  /** The path at which `apiKeyAuth` and the routes behind it stand, such as `/tenants/:tenant`. Default: everywhere. */
  readonly mount?: string
  /** An earlier middleware; may answer itself. */
  readonly before?: (answer: Answer) => void
  /** The application's error handler, which answers with a 500 of its own. Default: the framework's. */
  readonly onError?: (error: unknown) => void
  /** Called when the framework's body parser begins. */
  readonly onBody?: () => void
  /** Express' `trust proxy`, Koa's `proxy` and what belongs to it, Fastify's `trustProxy`. */
  readonly trust?: unknown
}

export interface RunningApi {
  /** A port of 127.0.0.1 or the path of a Unix socket. */
  readonly at: number | string
  readonly server: Server
  close(): Promise<void>
}

/** What a door does not have, so that no rule about it applies. */
type Feature =
  | 'route parameters'
  | 'header lines'
  | 'earlier headers'
  /** Before a route was looked for and a body was read. */
  | 'early refusals'

export interface Framework {
  readonly name: string
  readonly lacks?: readonly Feature[]
  /** A header of the framework's own request. */
  header(request: unknown, name: string): string | undefined
  /** The same request as Node.js has it. */
  incoming(request: unknown): IncomingMessage
  serve(api: Api): Server | Promise<Server>
}

/** Where it listens: by default on a free port of 127.0.0.1. */
export interface Listening {
  /** Another address of the loopback interface. */
  readonly host?: string
  /** A Unix socket instead. */
  readonly path?: string
}

/** Returns the port, or the path of the Unix socket. */
export async function listen(
  server: NetServer,
  { host = '127.0.0.1', path }: Listening = {},
): Promise<number | string> {
  server.listen(path === undefined ? { port: 0, host } : { path })
  await once(server, 'listening')
  return path ?? (server.address() as AddressInfo).port
}

/** Ends the connections that are still open, too. */
export async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

export async function startApi(framework: Framework, api: Api, listening?: Listening): Promise<RunningApi> {
  const server = await framework.serve(api)
  return { at: await listen(server, listening), server, close: () => close(server) }
}

/** What the application's error handler answers with. */
export const handled = 'handled by the application'

/** Answers with the principal as JSON, or with `undefined`. */
export const whoami: Route = {
  path: '/whoami',
  handle: ({ apiKey }) => (apiKey === undefined ? 'undefined' : JSON.stringify(apiKey)),
}
