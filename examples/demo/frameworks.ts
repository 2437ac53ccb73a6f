import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Authorizer } from 'rest-api-key'
import { createApp as createExpressApp } from '../express/app.js'
import { createApp as createFastifyApp } from '../fastify/app.js'
import { createApp as createHonoApp } from '../hono/app.js'
import { createApp as createKoaApp } from '../koa/app.js'

/** The four example apps, as what `node:http` serves. */
export const frameworks: Readonly<Record<string, (authorizer: Authorizer) => Promise<RequestListener>>> = {
  Express: async (authorizer) => createExpressApp(authorizer),
  Koa: async (authorizer) => createKoaApp(authorizer).callback(),
  Fastify: async (authorizer) => {
    const app = await createFastifyApp(authorizer)
    await app.ready()
    return app.routing
  },
  Hono: async (authorizer) => getRequestListener(createHonoApp(authorizer).fetch),
}
