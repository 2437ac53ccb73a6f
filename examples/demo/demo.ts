import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { parseArgs } from 'node:util'
import { createAuthorizer } from 'rest-api-key'
import { createApp } from '../console/express.js'
import { createParts } from '../console/parts.js'
import { curlLines, printUsage, urlOf } from '../shared/usage.js'
import { frameworks } from './frameworks.js'
import { openRepository } from './open-repository.js'
import { report } from './report.js'
import { createScenario } from './scenario.js'

const { values: options } = parseArgs({
  options: {
    serve: { type: 'boolean', default: false },
    port: { type: 'string', default: process.env.PORT ?? '3000' },
    store: { type: 'string' },
  },
})

const { repository, close } = await openRepository(options.store)
const { store, requests, keptKeys } = await createScenario(repository)
const authorizer = createAuthorizer({ store })

const servers = await Promise.all(
  Object.entries(frameworks).map(async ([name, listenerFor]) => ({
    name,
    server: await listening(await listenerFor(authorizer), 0),
  })),
)
const urls = Object.fromEntries(servers.map(({ name, server }) => [name, urlOf(server)]))
const { table, asExpected } = await report(requests, urls)
for (const { server } of servers) stop(server)

console.log(`\n${table}\n`)
if (options.store !== undefined) {
  console.log(`${options.store} has kept ${keptKeys} keys of earlier runs.\n`)
}
console.log(asExpected ? 'Every outcome is as expected.\n' : 'Outcomes marked ✗ are not as expected.\n')
process.exitCode = asExpected ? 0 : 1

if (options.serve) {
  const server = await listening(createApp(createParts(repository, authorizer)), Number(options.port))
  console.log(`Manage the keys at ${urlOf(server)}/console; its sign-in asks for no password.\n`)
  printUsage(server)
  await once(process, 'SIGINT')
  stop(server)
} else {
  const url = `http://127.0.0.1:${options.port}`
  console.log(`To try it, run \`npm run demo -- --serve\` and in another terminal:\n\n${curlLines(url)}\n`)
}
await authorizer.close()
await close()

async function listening(listener: RequestListener, port: number): Promise<Server> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function stop(server: Server): void {
  server.close()
  server.closeAllConnections()
}
