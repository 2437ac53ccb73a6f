import { type Context, Hono } from 'hono'
import { createConsole } from 'rest-api-key/console'
import { mountConsole } from 'rest-api-key/console/hono'
import { createApp as createIncidentApp } from '../hono/app.js'
import type { Parts } from './parts.js'
import { signInPage } from './sessions.js'

export function createApp({ authorizer, sessions, ...parts }: Parts): Hono {
  const app = new Hono()

  app.get('/sign-in', (c) => c.html(signInPage))
  app.post('/sign-in', async (c) => {
    const cookie = sessions.signIn((await c.req.parseBody()).user)
    if (cookie !== undefined) c.header('set-cookie', cookie)
    return c.redirect('/console', 303)
  })

  const authenticate = (_: unknown, c: Context) => sessions.actorOf(c.req.header('cookie'))
  app.use(mountConsole(createConsole({ ...parts, authorizer, authenticate })))

  // Last, because it asks everybody for a key.
  app.route('/', createIncidentApp(authorizer))
  return app
}
