import { type Context, Hono } from 'hono'
import { notify } from '../notify.js'
import { administrationApi, refuse } from './api/administration-api.js'
import { ProblemError, problemOf } from './api/problem.js'
import { assetRoutes } from './assets/assets.js'
import type { ConsoleEnv } from './console-env.js'
import { type ConsoleOptions, parseConsoleOptions } from './console-options.js'
import { gate } from './gate.js'
import { errorPage } from './pages/error-page.js'
import { groupRoutes } from './routes/group-routes.js'
import { historyRoutes } from './routes/history-routes.js'
import { keyRoutes } from './routes/key-routes.js'
import { listRoutes } from './routes/list-routes.js'
import { newKeyRoutes } from './routes/new-key-routes.js'
import { testRoutes } from './routes/test-routes.js'
import { securityHeaders } from './security-headers.js'
import { siteOf } from './site.js'

/** The console as a handler of Web-standard requests; `mountConsole` of a framework's entry fits it in. */
export interface Console<Native = unknown> {
  /** The path below which it answers, without a slash at its end. */
  readonly basePath: string
  /**
   * Answers a request below `basePath`.
   *
   * @param native What `authenticate` is given besides the request; `mountConsole` gives the framework's own.
   */
  readonly fetch: (request: Request, native?: Native) => Promise<Response>
}

/**
 * Creates the administration console: pages for people, and below `api` the same for programs.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option and what was expected.
 *
 * @example
 * ```ts
 * import express, { type Request } from 'express'
 * import { memoryStore } from 'rest-api-key'
 * import { createConsole } from 'rest-api-key/console'
 * import { mountConsole } from 'rest-api-key/console/express'
 * import { createKeyManager } from 'rest-api-key/management'
 *
 * const manager = createKeyManager({
 *   repository: memoryStore(),
 *   authorize: (actor) => actor.role === 'Administrator',
 * })
 * // The session is your application's own.
 * const sessions = new Map([['a-session-id', { tenantId: 'acme', userId: 'jdoe', role: 'Administrator' }]])
 * const authenticate = (_: unknown, req: Request) => sessions.get(req.get('x-session') ?? '')
 *
 * const app = express()
 * app.use(mountConsole(createConsole({ manager, authenticate })))
 * ```
 */
export function createConsole<Native = unknown>(options: ConsoleOptions<Native>): Console<Native> {
  const config = parseConsoleOptions(options)
  const { basePath, onError } = config
  const site = siteOf(config)
  const api = `${basePath}/api`
  const app = new Hono<ConsoleEnv>({ strict: false })

  function answerError(error: unknown, c: Context<ConsoleEnv>): Response | Promise<Response> {
    const problem = problemOf(error)
    return c.req.path === api || c.req.path.startsWith(`${api}/`)
      ? refuse(c, problem)
      : errorPage(c, site, problem)
  }

  app.use(securityHeaders, async (c, next) => {
    await next()
    // Of the pages and of the API, whose errors do not come by here.
    if (c.error !== undefined && c.res.status >= 500) notify(onError, c.error)
  })
  app.use(...gate(config))
  app.route(api, administrationApi({ basePath }))
  app.route(`${basePath}/assets`, assetRoutes())
  app.route(`${basePath}/groups`, groupRoutes(site))
  app.route(`${basePath}/test`, testRoutes(site))
  app.route(`${basePath}/history`, historyRoutes(site))
  app.route(basePath, newKeyRoutes(site))
  app.route(basePath, keyRoutes(site))
  app.route(basePath, listRoutes(site))
  app.onError(answerError)
  app.notFound((c) => answerError(new ProblemError(nothingThere), c))

  return Object.freeze<Console<Native>>({
    basePath,
    fetch: async (request, native) => app.fetch(request, { native }),
  })
}

const nothingThere = { status: 404, code: 'not_found', detail: 'There is nothing at this address.' } as const
