// A server with one variant of a framework. Tells its port, and how much CPU time the system has counted for it so far.
import { once } from 'node:events'
import { createAuthorizer } from 'rest-api-key'
import { store } from './keys.mjs'

const [framework, variant] = process.argv.slice(2)
const { variants } = await import(`./${framework}.mjs`)
const authorizer = createAuthorizer({ store, cache: { maxAgeMs: 3_600_000 } })
const server = await variants[variant](authorizer)
if (!server.listening) await once(server, 'listening')
// Connections are kept however long it takes until they are used again.
server.keepAliveTimeout = 0
process.send({ port: server.address().port })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ microseconds: user + system })
})
process.on('disconnect', () => process.exit())
