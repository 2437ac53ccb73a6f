/**
 * Mounts the console in Fastify.
 *
 * @module rest-api-key/console/fastify
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Console } from '../src/console/create-console.js'
import { exchange, isBelow } from '../src/console/node-exchange.js'
import { invalidOption } from '../src/options.js'

/** The options of the plugin. */
export interface MountConsoleOptions {
  /** Made by `createConsole`. */
  readonly console: Console<FastifyRequest>
}

/**
 * A plugin that serves a console at its `basePath`, which a prefix of the scope must be the beginning of. It belongs into a
 * scope whose hooks read the session, and not into one of `apiKeyAuth`.
 *
 * @throws {RestApiKeyError} `invalid_option` if the scope has a prefix that `basePath` does not begin with.
 *
 * @example
 * ```ts
 * import Fastify, { type FastifyRequest } from 'fastify'
 * import type { Actor, KeyManager } from 'rest-api-key/management'
 * import { createConsole } from 'rest-api-key/console'
 * import { mountConsole } from 'rest-api-key/console/fastify'
 *
 * declare const manager: KeyManager
 * declare const signedInUser: (request: FastifyRequest) => Actor | undefined
 *
 * const authenticate = (_: unknown, request: FastifyRequest) => signedInUser(request)
 * const app = Fastify()
 * await app.register(mountConsole, { console: createConsole({ manager, authenticate }) })
 * ```
 */
export async function mountConsole(app: FastifyInstance, { console }: MountConsoleOptions): Promise<void> {
  const { basePath } = console
  if (!isBelow(app.prefix, basePath)) {
    throw invalidOption('basePath', `a path that begins with the prefix ${app.prefix}`, basePath)
  }
  const path = basePath.slice(app.prefix.length)
  // Bodies are left for the console to read: its limits and its refusals are the same in every framework.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  for (const url of path === '' ? ['/*'] : [path, `${path}/*`]) {
    app.all(url, async (request, reply) => {
      const { raw: incoming, originalUrl } = request
      const answer = await exchange(console, { incoming, url: originalUrl, native: request })
      if (answer === undefined) return reply.callNotFound()
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    })
  }
}
