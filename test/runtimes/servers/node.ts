import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import type { Tables } from '../../../src/stores/sql/tables.js'
import { nodeListener } from '../suite/node-listener.js'
import { announce, nodeServers } from '../suite/node-servers.js'
import { nodeSqlite } from '../suite/own-sqlite.js'
import { createSuite } from '../suite/suite.js'

const major = Number(process.versions.node.split('.')[0])

const suite = createSuite({
  getConnInfo,
  addressOf: (_, handed) => (handed as HttpBindings).incoming.socket.remoteAddress,
  openDatabase: async () => (major >= 22 ? nodeSqlite() : libsql()),
  lacks: major >= 22 ? [] : [{ name: 'lacks SQLite', run: () => assert.rejects(nodeSqlite()) }],
})
announce({
  fetch: await nodeServers(getRequestListener(suite.fetch)),
  node: await nodeServers(nodeListener(suite.memory)),
})

/** Node.js 20 has no SQLite of its own. */
function libsql() {
  const folder = mkdtempSync(join(tmpdir(), 'rest-api-key-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.on('SIGTERM', () => process.exit())
  return new Kysely<Tables>({ dialect: new LibsqlDialect({ url: `file:${join(folder, 'keys.db')}` }) })
}
