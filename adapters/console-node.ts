/**
 * Mounts the console in `node:http`.
 *
 * @module rest-api-key/console/node
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Console } from '../src/console/create-console.js'
import { exchange } from '../src/console/node-exchange.js'

/**
 * Answers a request if it is for the console, and resolves to whether it was. Rejects if the client went away while it was
 * sending.
 */
export type ConsoleListener = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>

/**
 * Serves a console at its `basePath`, in a server of `node:http` or `node:https` without a framework.
 *
 * @example
 * ```ts
 * import { createServer, type IncomingMessage } from 'node:http'
 * import type { Actor, KeyManager } from 'rest-api-key/management'
 * import { createConsole } from 'rest-api-key/console'
 * import { mountConsole } from 'rest-api-key/console/node'
 *
 * declare const manager: KeyManager
 * declare const signedInUser: (req: IncomingMessage) => Actor | undefined
 *
 * const authenticate = (_: unknown, req: IncomingMessage) => signedInUser(req)
 * const answerConsole = mountConsole(createConsole({ manager, authenticate }))
 * createServer(async (req, res) => {
 *   if (!(await answerConsole(req, res))) res.writeHead(404).end()
 * })
 * ```
 */
export function mountConsole(console: Console<IncomingMessage>): ConsoleListener {
  return async (req, res) => {
    const answer = await exchange(console, { incoming: req, url: req.url ?? '', native: req })
    if (answer === undefined) return false
    res.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body)
    return true
  }
}
