import express, { type Express, type Request } from 'express'
import { createConsole } from 'rest-api-key/console'
import { mountConsole } from 'rest-api-key/console/express'
import { createApp as createIncidentApp } from '../express/app.js'
import type { Parts } from './parts.js'
import { signInPage } from './sessions.js'

export function createApp({ authorizer, sessions, ...parts }: Parts): Express {
  const app = express()

  app.get('/sign-in', (_req, res) => {
    res.type('html').send(signInPage)
  })
  app.post('/sign-in', express.urlencoded({ extended: false }), (req, res) => {
    const cookie = sessions.signIn(req.body?.user)
    if (cookie !== undefined) res.setHeader('set-cookie', cookie)
    res.redirect(303, '/console')
  })

  const authenticate = (_: unknown, req: Request) => sessions.actorOf(req.get('cookie'))
  app.use(mountConsole(createConsole({ ...parts, authorizer, authenticate })))

  // Last, because it asks everybody for a key.
  app.use(createIncidentApp(authorizer))
  return app
}
