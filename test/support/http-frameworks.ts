import type { Framework } from './http-api.js'

const families: Readonly<Record<string, () => Promise<{ readonly frameworks: readonly Framework[] }>>> = {
  express: () => import('./http-express.js'),
  koa: () => import('./http-koa.js'),
  fastify: () => import('./http-fastify.js'),
  hono: () => import('./http-hono.js'),
  nestjs: () => import('./http-nest.js'),
  node: () => import('./http-node.js'),
  fetch: () => import('./http-fetch.js'),
}

const asked = (process.env.TEST_FRAMEWORKS || Object.keys(families).join(' ')).split(' ')
const loading = Object.entries(families).flatMap(([name, load]) => (asked.includes(name) ? [load()] : []))

/** Every supported major of every framework, or of those that `TEST_FRAMEWORKS` names. */
export const frameworks: readonly Framework[] = (await Promise.all(loading)).flatMap((one) => one.frameworks)
