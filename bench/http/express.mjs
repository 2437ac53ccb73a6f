import express from 'express'
import { apiKeyAuth } from 'rest-api-key/express'
import { check, key } from './keys.mjs'
import { peers } from './peers.mjs'

const passport = peers('passport')
const { HeaderAPIKeyStrategy } = peers('passport-headerapikey')

function listening(...middleware) {
  const app = express()
  for (const one of middleware) app.use(one)
  app.get('/', (_, res) => void res.end('ok'))
  return app.listen(0, '127.0.0.1')
}

function byHand(req, res, next) {
  req.apiKey = check(req.headers.authorization)
  if (req.apiKey === undefined) res.status(401).end()
  else next()
}

passport.use(
  new HeaderAPIKeyStrategy({ header: 'Authorization', prefix: 'rest_api_key=' }, false, (given, done) =>
    done(null, given === key && { id: 'key' }),
  ),
)

export const variants = {
  bare: () => listening(),
  minimum: () => listening(byHand),
  own: (authorizer) => listening(apiKeyAuth(authorizer, { tenant: 'acme' })),
  'passport-headerapikey': () => listening(passport.authenticate('headerapikey', { session: false })),
}
