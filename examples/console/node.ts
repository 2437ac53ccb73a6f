import { createServer, type IncomingMessage, type Server } from 'node:http'
import { headerLinesOf } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import { mountConsole } from 'rest-api-key/console/node'
import { Incidents } from '../shared/incidents.js'
import type { Parts } from './parts.js'
import { signInPage } from './sessions.js'

export function createApp({ authorizer, sessions, ...parts }: Parts): Server {
  const incidents = new Incidents()
  const authenticate = (_: unknown, req: IncomingMessage) => sessions.actorOf(req.headers.cookie)
  const answerConsole = mountConsole(createConsole({ ...parts, authorizer, authenticate }))

  return createServer(async (req, res) => {
    try {
      if (await answerConsole(req, res)) return
      if (req.url === '/sign-in' && req.method === 'GET') {
        res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(signInPage)
        return
      }
      if (req.url === '/sign-in') {
        let body = ''
        for await (const chunk of req) body += chunk
        const cookie = sessions.signIn(new URLSearchParams(body).get('user'))
        res.writeHead(303, { location: '/console', ...(cookie && { 'set-cookie': cookie }) }).end()
        return
      }
      const decision = await authorizer.authorize({
        headerLines: headerLinesOf(req),
        tenantId: req.headersDistinct['x-tenant']?.[0],
        ip: req.socket.remoteAddress,
      })
      if (!decision.allowed) {
        const { status, headers, body } = decision.response
        res.writeHead(status, headers).end(body)
        return
      }
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(JSON.stringify(incidents.list(decision.principal.tenantId)))
    } catch {
      // Such as a client that went away.
      res.destroy()
    }
  })
}
