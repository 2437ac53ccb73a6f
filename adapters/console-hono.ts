/**
 * Mounts the console in Hono.
 *
 * @module rest-api-key/console/hono
 */

import type { Context, MiddlewareHandler } from 'hono'
import type { Console } from '../src/console/create-console.js'
import { isBelow } from '../src/console/node-exchange.js'

/**
 * Serves a console at its `basePath`. It belongs behind what reads the session, and not behind `apiKeyAuth`; what has read
 * the body before does no harm.
 *
 * @example
 * ```ts
 * import { type Context, Hono } from 'hono'
 * import type { Actor, KeyManager } from 'rest-api-key/management'
 * import { createConsole } from 'rest-api-key/console'
 * import { mountConsole } from 'rest-api-key/console/hono'
 *
 * declare const manager: KeyManager
 * declare const signedInUser: (c: Context) => Actor | undefined
 *
 * const app = new Hono()
 * app.use(mountConsole(createConsole({ manager, authenticate: (_, c: Context) => signedInUser(c) })))
 * ```
 */
export function mountConsole(console: Console<Context>): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    if (!isBelow(console.basePath, new URL(raw.url).pathname)) return next()
    return console.fetch(raw.bodyUsed ? new Request(raw.url, await unreadAgain(c)) : raw, c)
  }
}

/** The request with its body, from what Hono has kept of it. */
async function unreadAgain({ req }: Context): Promise<RequestInit> {
  const { method, headers } = req.raw
  const { formData } = req.bodyCache
  if (formData === undefined) return { method, headers, body: await req.text() }
  const form = new URLSearchParams()
  for (const [name, value] of await formData) form.append(name, String(value))
  return { method, headers, body: form }
}
