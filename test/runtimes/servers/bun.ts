import { getConnInfo } from 'hono/bun'
import { Kysely } from 'kysely'
import { nodeListener } from '../suite/node-listener.js'
import { announce, loopback, nodeServers } from '../suite/node-servers.js'
import { sqliteDialect } from '../suite/sqlite-dialect.js'
import { createSuite } from '../suite/suite.js'

interface Handed {
  readonly server: { requestIP(request: Request): { address: string } | null }
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: 0
    fetch(request: Request, server: Handed['server']): Response | Promise<Response>
  }): { readonly port: number }
}

const suite = createSuite({
  getConnInfo,
  addressOf: (request, handed) => (handed as Handed).server.requestIP(request)?.address,
  async openDatabase() {
    const { Database } = await import('bun:sqlite')
    const database = new Database(':memory:')
    const prepare = (sql: string) => {
      const statement = database.prepare(sql)
      return {
        returnsRows: statement.columnNames.length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...parameters),
        run: (parameters: readonly unknown[]) => statement.run(...parameters),
      }
    }
    return new Kysely({ dialect: sqliteDialect(prepare, () => database.close()) })
  },
})
const serve = (hostname: string) =>
  Bun.serve({ hostname, port: 0, fetch: (request, server) => suite.fetch(request, { server }) }).port

announce({
  fetch: { ipv4: serve(loopback.ipv4), ipv6: serve(loopback.ipv6) },
  node: await nodeServers(nodeListener(suite.memory)),
})
