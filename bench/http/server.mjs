// Some servers of a framework. Tells their ports, and how much CPU time the system has counted for all of them so far.
import { once } from 'node:events'
import { createAuthorizer } from 'rest-api-key'
import { store } from './keys.mjs'

const [framework, ...names] = process.argv.slice(2)
const { variants } = await import(`./${framework}.mjs`)
const authorizer = createAuthorizer({ store, cache: { maxAgeMs: 3_600_000 } })
const ports = {}
for (const name of names) {
  // The control is another bare server.
  const server = await (variants[name] ?? variants.bare)(authorizer)
  if (!server.listening) await once(server, 'listening')
  // Connections are kept however long it takes until they are used again.
  server.keepAliveTimeout = 0
  ports[name] = server.address().port
}
process.send({ ports })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ microseconds: user + system })
})
process.on('disconnect', () => process.exit())
