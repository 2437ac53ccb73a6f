import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Actor } from '../management/actor.js'
import { foreignError } from '../store-error.js'
import { type Problem, ProblemError } from './api/problem.js'
import type { ConsoleEnv } from './console-env.js'
import type { ConsoleConfig } from './console-options.js'
import { maxBodyBytes } from './max-body-bytes.js'
import { isFromSameSite } from './same-site.js'

/**
 * What a request must pass before any page, operation or file of the console is served.
 *
 * @throws {ProblemError} 421, 403, 401 or 413.
 * @throws {RestApiKeyError} `authenticate_failed`, or `not_authorized` if the actor is no signed-in user.
 */
export function gate(config: ConsoleConfig): readonly MiddlewareHandler<ConsoleEnv>[] {
  const { hosts, manager, authenticate } = config

  return [
    async (c, next) => {
      const { host } = new URL(c.req.url)
      if (hosts !== undefined && !hosts.has(host)) throw new ProblemError(problems.host)
      if (!isFromSameSite(c.req.raw)) throw new ProblemError(problems.site)
      await next()
    },
    async (c, next) => {
      const actor = await actorOf(c, authenticate)
      // First, so that no page is made for an actor whom the manager refuses.
      c.set('keys', manager.as(actor))
      c.set('actor', actor)
      await next()
    },
    async (c, next) => {
      if (Number(c.req.header('content-length') ?? 0) > maxBodyBytes) throw new ProblemError(problems.size)
      await next()
    },
    bodyLimit({
      maxSize: maxBodyBytes,
      onError() {
        throw new ProblemError(problems.size)
      },
    }),
  ]
}

async function actorOf(c: Context<ConsoleEnv>, authenticate: ConsoleConfig['authenticate']): Promise<Actor> {
  const { native } = c.env
  let actor: unknown
  try {
    actor = await authenticate(c.req.raw, native)
  } catch (error) {
    throw foreignError('authenticate_failed', '"authenticate" failed', error)
  }
  if (!actor) throw new ProblemError(problems.session)
  // Whoever the application makes of it: a key must not be able to make another one.
  if (isAuthorizedByKey(native)) throw new ProblemError(problems.key)
  // The manager judges what it is.
  return actor as Actor
}

/** Whether `apiKeyAuth` of any framework has left a principal there. */
function isAuthorizedByKey(native: unknown): boolean {
  if (typeof native !== 'object' || native === null) return false
  const { state, var: variables } = native as { readonly state?: unknown; readonly var?: unknown }
  return [native, state, variables].some(
    (holder) => ((holder ?? {}) as { readonly apiKey?: unknown }).apiKey != null,
  )
}

const problems = {
  host: {
    status: 421,
    code: 'unknown_host',
    detail: 'The console is not reached by this host.',
  },
  site: {
    status: 403,
    code: 'cross_site',
    detail:
      'The request does not come from the console itself. A program must say Content-Type: application/json.',
  },
  session: {
    status: 401,
    code: 'not_signed_in',
    detail: 'Sign in to manage API keys.',
  },
  key: {
    status: 403,
    code: 'not_authorized',
    detail: 'A request that was authorized by a REST API key cannot manage keys.',
  },
  size: {
    status: 413,
    code: 'too_large',
    detail: `A request must not be larger than ${maxBodyBytes} bytes.`,
  },
} as const satisfies Record<string, Problem>
