import { createAdaptorServer } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { apiKeyAuth } from 'rest-api-key/hono'
import { check, key, otherKeys } from './keys.mjs'

function listening(...middleware) {
  const app = new Hono()
  for (const one of middleware) app.use(one)
  app.get('/', (c) => c.text('ok'))
  return createAdaptorServer(app).listen(0, '127.0.0.1')
}

function byHand(c, next) {
  const record = check(c.req.header('authorization'))
  if (record === undefined) return c.text('', 401)
  c.set('apiKey', record)
  return next()
}

export const variants = {
  bare: () => listening(),
  minimum: () => listening(byHand),
  own: (authorizer) => listening(apiKeyAuth(authorizer, { tenant: 'acme', ip: getConnInfo })),
  'hono bearer-auth, 1 key': () => listening(bearerAuth({ token: key })),
  'hono bearer-auth, 100 keys': () => listening(bearerAuth({ token: [...otherKeys.slice(0, 99), key] })),
}
