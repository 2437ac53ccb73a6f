import Koa from 'koa'
import { apiKeyAuth } from 'rest-api-key/koa'
import { check, key } from './keys.mjs'
import { peers } from './peers.mjs'

const passport = peers('koa-passport')
const { HeaderAPIKeyStrategy } = peers('passport-headerapikey')

function listening(...middleware) {
  const app = new Koa()
  for (const one of middleware) app.use(one)
  app.use((ctx) => {
    ctx.body = 'ok'
  })
  return app.listen(0, '127.0.0.1')
}

function byHand(ctx, next) {
  ctx.state.apiKey = check(ctx.req.headers.authorization)
  if (ctx.state.apiKey !== undefined) return next()
  ctx.status = 401
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
  'koa-passport with passport-headerapikey': () =>
    listening(passport.initialize(), passport.authenticate('headerapikey', { session: false })),
}
