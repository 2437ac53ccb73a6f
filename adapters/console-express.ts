/**
 * Mounts the console in Express.
 *
 * @module rest-api-key/console/express
 */

import type { NextFunction, Request, Response } from 'express'
import type { Console } from '../src/console/create-console.js'
import { exchange } from '../src/console/node-exchange.js'

/** Middleware that leaves to the others what is not for the console. */
export type ConsoleMiddleware = (req: Request, res: Response, next: NextFunction) => void

/**
 * Serves a console at its `basePath`. It belongs behind what makes `req.session`, and not behind `apiKeyAuth`; a body
 * parser before it does no harm.
 *
 * @example
 * ```ts
 * import express, { type Request } from 'express'
 * import type { Actor, KeyManager } from 'rest-api-key/management'
 * import { createConsole } from 'rest-api-key/console'
 * import { mountConsole } from 'rest-api-key/console/express'
 *
 * declare const manager: KeyManager
 * declare const signedInUser: (req: Request) => Actor | undefined
 *
 * const app = express()
 * app.use(mountConsole(createConsole({ manager, authenticate: (_, req: Request) => signedInUser(req) })))
 * ```
 */
export function mountConsole(console: Console<Request>): ConsoleMiddleware {
  return (req, res, next) => {
    const { originalUrl: url, body } = req
    exchange(console, { incoming: req, url, body, native: req }).then((answer) => {
      if (answer === undefined) return next()
      if (res.headersSent) return // Somebody else has answered meanwhile, such as a timeout.
      for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value)
      res.statusCode = answer.status
      res.setHeader('content-length', answer.body.length)
      res.end(answer.body)
    }, next)
  }
}
