import type { Framework } from './http-api.js'
import { expresses, expressOf } from './http-express.js'
import { fastifyOf, fastifys } from './http-fastify.js'
import { fetchServer } from './http-fetch.js'
import { honoOf } from './http-hono.js'
import { koaOf, koas } from './http-koa.js'
import { nests } from './http-nest.js'
import { nodeHttp } from './http-node.js'

/** Every supported major of every framework. */
export const frameworks: readonly Framework[] = [
  ...expresses.map(([name, express]) => expressOf(name, express)),
  ...koas.map(([name, Koa]) => koaOf(name, Koa)),
  ...fastifys.map(([name, fastify]) => fastifyOf(name, fastify)),
  honoOf('Hono'),
  ...nests,
  nodeHttp,
  fetchServer,
]
