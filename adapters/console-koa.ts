/**
 * Mounts the console in Koa.
 *
 * @module rest-api-key/console/koa
 */

import type { DefaultContext, DefaultState, Middleware, ParameterizedContext } from 'koa'
import type { Console } from '../src/console/create-console.js'
import { exchange } from '../src/console/node-exchange.js'

/** What `authenticate` is given. */
export type ConsoleContext = ParameterizedContext<DefaultState, DefaultContext, unknown>

/**
 * Serves a console at its `basePath`. It belongs behind what makes `ctx.session`, and not behind `apiKeyAuth`; a body
 * parser before it does no harm.
 *
 * @example
 * ```ts
 * import Koa from 'koa'
 * import type { Actor, KeyManager } from 'rest-api-key/management'
 * import { createConsole } from 'rest-api-key/console'
 * import { type ConsoleContext, mountConsole } from 'rest-api-key/console/koa'
 *
 * declare const manager: KeyManager
 * declare const signedInUser: (ctx: ConsoleContext) => Actor | undefined
 *
 * const app = new Koa()
 * app.use(mountConsole(createConsole({ manager, authenticate: (_, ctx: ConsoleContext) => signedInUser(ctx) })))
 * ```
 */
export function mountConsole<State = DefaultState, Context = DefaultContext>(
  console: Console<ConsoleContext>,
): Middleware<State, Context> {
  return async (context, next) => {
    const ctx = context as unknown as ConsoleContext
    const { body } = ctx.request as { readonly body?: unknown }
    const answer = await exchange(console, { incoming: ctx.req, url: ctx.originalUrl, body, native: ctx })
    if (answer === undefined) return next()
    ctx.body = answer.body
    ctx.status = answer.status
    // After the body, for which Koa names a type of its own.
    ctx.remove('content-type')
    ctx.set(answer.headers)
  }
}
