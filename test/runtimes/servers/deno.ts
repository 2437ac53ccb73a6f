import { getConnInfo } from 'hono/deno'
import { nodeListener } from '../suite/node-listener.js'
import { announce, loopback, nodeServers } from '../suite/node-servers.js'
import { nodeSqlite } from '../suite/own-sqlite.js'
import { createSuite } from '../suite/suite.js'

interface Handed {
  readonly remoteAddr: { readonly hostname: string }
}

declare const Deno: {
  serve(
    options: { hostname: string; port: 0; onListen(): void },
    handler: (request: Request, info: Handed) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number } }
}

const suite = createSuite({
  getConnInfo,
  addressOf: (_, handed) => (handed as Handed).remoteAddr.hostname,
  openDatabase: nodeSqlite,
})
const serve = (hostname: string) =>
  Deno.serve({ hostname, port: 0, onListen() {} }, (request, info) => suite.fetch(request, info)).addr.port

announce({
  fetch: { ipv4: serve(loopback.ipv4), ipv6: serve(loopback.ipv6) },
  node: await nodeServers(nodeListener(suite.memory)),
})
