import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { tenantFromHeader } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import { mountConsole } from 'rest-api-key/console/fastify'
import { apiKeyAuth, principalOf } from 'rest-api-key/fastify'
import { Incidents } from '../shared/incidents.js'
import type { Parts } from './parts.js'
import { signInPage } from './sessions.js'

export async function createApp({ authorizer, sessions, ...parts }: Parts): Promise<FastifyInstance> {
  const app = Fastify()
  const form = 'application/x-www-form-urlencoded'
  app.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))))
  })

  app.get('/sign-in', (_request, reply) => reply.type('text/html; charset=utf-8').send(signInPage))
  app.post<{ Body: { user?: string } }>('/sign-in', (request, reply) => {
    const cookie = sessions.signIn(request.body.user)
    if (cookie !== undefined) reply.header('set-cookie', cookie)
    return reply.redirect('/console', 303)
  })

  const authenticate = (_: unknown, request: FastifyRequest) => sessions.actorOf(request.headers.cookie)
  await app.register(mountConsole, { console: createConsole({ ...parts, authorizer, authenticate }) })

  const incidents = new Incidents()
  // In a scope of its own, because it asks everybody for a key.
  await app.register(async (scope) => {
    await scope.register(apiKeyAuth, { authorizer, tenant: tenantFromHeader('x-tenant') })
    scope.get('/incidents', async (request) => incidents.list(principalOf(request).tenantId))
  })
  return app
}
