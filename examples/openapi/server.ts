import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import { exampleKeys } from '../shared/keys.js'
import { createApp as createFastifyApp } from './fastify.js'
import { createApp as createHonoApp } from './hono.js'

const authorizer = createAuthorizer({ store: memoryStore({ keys: Object.values(exampleKeys) }) })
const at = { port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }

if (process.argv[2] === 'hono') {
  serve({ fetch: createHonoApp(authorizer).fetch, ...at }, printUsage)
} else {
  const app = await createFastifyApp(authorizer)
  await app.listen({ port: at.port, host: at.hostname })
  printUsage(app.server.address() as AddressInfo)
}

function printUsage({ port }: AddressInfo): void {
  const url = `http://127.0.0.1:${port}`
  const authorization = authorizationFor(exampleKeys.acmeOperator.referenceId)
  console.log(`Listening on ${url}; Ctrl-C ends it. Try in another terminal:

# 200: the document
curl -i ${url}/openapi.json
# 200: the incidents of acme
curl -i ${url}/incidents -H 'X-Tenant: acme' -H 'Authorization: ${authorization}'
# 401: no key
curl -i ${url}/incidents -H 'X-Tenant: acme'
`)
}
