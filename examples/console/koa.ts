import Koa from 'koa'
import { createConsole } from 'rest-api-key/console'
import { type ConsoleContext, mountConsole } from 'rest-api-key/console/koa'
import { createApp as createIncidentApp } from '../koa/app.js'
import type { Parts } from './parts.js'
import { signInPage } from './sessions.js'

export function createApp({ authorizer, sessions, ...parts }: Parts): Koa {
  const app = new Koa()

  app.use(async (ctx, next) => {
    if (ctx.path !== '/sign-in') return next()
    if (ctx.method === 'GET') {
      ctx.type = 'html'
      ctx.body = signInPage
      return
    }
    let body = ''
    for await (const chunk of ctx.req) body += chunk
    const cookie = sessions.signIn(new URLSearchParams(body).get('user'))
    if (cookie !== undefined) ctx.set('set-cookie', cookie)
    ctx.redirect('/console')
    ctx.status = 303
  })

  const authenticate = (_: unknown, ctx: ConsoleContext) => sessions.actorOf(ctx.get('cookie'))
  app.use(mountConsole(createConsole({ ...parts, authorizer, authenticate })))

  // Last, because it asks everybody for a key.
  for (const middleware of createIncidentApp(authorizer).middleware) app.use(middleware)
  return app
}
