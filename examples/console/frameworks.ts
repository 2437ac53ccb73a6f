import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createApp as createExpressApp } from './express.js'
import { createApp as createFastifyApp } from './fastify.js'
import { createApp as createHonoApp } from './hono.js'
import { createApp as createKoaApp } from './koa.js'
import { createApp as createNodeApp } from './node.js'
import type { Parts } from './parts.js'

/** The same application in every framework, as a server that does not listen yet. */
export const frameworks = {
  express: async (parts) => createServer(createExpressApp(parts)),
  koa: async (parts) => createServer(createKoaApp(parts).callback()),
  fastify: async (parts) => {
    const app = await createFastifyApp(parts)
    await app.ready()
    return app.server
  },
  hono: async (parts) => createServer(getRequestListener(createHonoApp(parts).fetch)),
  node: async (parts) => createNodeApp(parts),
} as const satisfies Record<string, (parts: Parts) => Promise<Server>>
