import { createServer } from 'node:http'
import type { Express, RequestHandler } from 'express'
import { authorizationFor, createAuthorizer, memoryStore, tenantFromParam } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { exchange, type RawResponse } from '../support/http-client.js'
import { expresses } from '../support/http-express.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const authorizer = createAuthorizer({
  store: memoryStore({
    keys: [
      { id: 'own', referenceId: 'OWN', tenantId: 'acme', inRole: 'Operator' },
      { id: 'listed', referenceId: 'LISTED', tenantId: 'acme', allowedIps: ['203.0.113.9'] },
    ],
  }),
})

async function ask(
  app: Express,
  target: string,
  referenceId: string,
  ...lines: string[]
): Promise<RawResponse> {
  const server = createServer(app)
  onTestFinished(() => close(server))
  const at = await listen(server)
  return exchange(at, {
    target,
    lines: [`Authorization: ${authorizationFor(referenceId)}`, ...lines],
  })
}

const shared = {}

const ok: RequestHandler = (req, res) => void res.send(principalOf(req).keyId)

describe.each(expresses)('%s', (_, express) => {
  it('believes the proxies of the application in which it is mounted', async () => {
    const app = express()
    app.set('trust proxy', 'loopback')
    const mounted = express()
    mounted.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    mounted.get('/', ok)
    app.use('/api', mounted)
    expect((await ask(app, '/api', 'LISTED', 'X-Forwarded-For: 203.0.113.9')).status).toBe(200)
    expect((await ask(app, '/api', 'LISTED', 'X-Forwarded-For: 203.0.113.10')).status).toBe(401)
    expect((await ask(app, '/api', 'LISTED')).status).toBe(401)
  })

  it.each<[what: string, locals: () => Record<string, unknown>]>([
    ['replaces', () => ({})],
    ['shares', () => shared],
    ['freezes', () => Object.freeze({})],
  ])('guards by role in an application that %s res.locals', async (_, locals) => {
    const app = express()
    const replace: RequestHandler = (_, res, next) => {
      res.locals = locals()
      next()
    }
    app.get('/open', replace, requireRole('Operator'), (_, res) => void res.send('open'))
    app.use(replace, apiKeyAuth(authorizer, { tenant: 'acme' }), replace)
    app.get('/', requireRole('Operator'), ok)
    expect((await ask(app, '/', 'OWN')).status).toBe(200)
    expect((await ask(app, '/', 'LISTED', 'X-Forwarded-For: 203.0.113.9')).status).toBe(401)
    expect((await ask(app, '/open', 'LISTED')).status).toBe(500)
  })

  it('passes no request on that was answered before, whether or not its key is cached', async () => {
    const app = express()
    app.use((_, res, next) => {
      res.send('mine')
      next()
    })
    const store = memoryStore({ keys: [{ referenceId: 'OWN', tenantId: 'acme' }] })
    app.use(apiKeyAuth(createAuthorizer({ store }), { tenant: 'acme' }))
    let passed = 0
    app.use(() => void passed++)
    for (let request = 0; request < 2; request++) {
      const { status, body } = await ask(app, '/', 'OWN')
      expect({ status, body, passed }).toEqual({ status: 200, body: 'mine', passed: 0 })
    }
  })

  it('guards a router without an application', async () => {
    const router = express.Router()
    router.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    router.get('/', requireRole('Operator'), (req, res) => void res.end(principalOf(req).keyId))
    const server = createServer((req, res) =>
      router(req as never, res as never, () => res.writeHead(500).end()),
    )
    onTestFinished(() => close(server))
    const at = await listen(server)
    const lines = [`Authorization: ${authorizationFor('OWN')}`]
    expect((await exchange(at, { target: '/', lines })).status).toBe(200)
  })

  it('hands to next what is missing, where it is called by hand', () => {
    const errors: unknown[] = []
    requireRole('Operator')({} as never, {} as never, (error) => errors.push(error))
    expect(errors).toEqual([expect.objectContaining({ code: 'api_key_auth_missing' })])
  })

  it('merges with a list of earlier Vary lines and with those that a route adds', async () => {
    const app = express()
    app.use((_, res, next) => {
      res.setHeader('vary', ['Origin', 'Accept-Language'])
      next()
    })
    app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    app.get('/', (_, res) => void res.vary('Accept').send('ok'))
    expect((await ask(app, '/', 'OWN')).header('vary')).toBe('Origin, Accept-Language, authorization, Accept')
    expect((await ask(app, '/', 'UNKNOWN')).header('vary')).toBe('Origin, Accept-Language, authorization')
  })

  it('takes a parameter on a route, a router and a path', async () => {
    const tenant = apiKeyAuth(authorizer, { tenant: tenantFromParam('tenant') })
    const onRoute = express()
    onRoute.get('/:tenant', tenant, ok)
    const onRouter = express()
    onRouter.use('/:tenant', express.Router({ mergeParams: true }).use(tenant).get('/', ok))
    const onPath = express()
    onPath.use('/:tenant', tenant, ok)
    for (const app of [onRoute, onRouter, onPath]) {
      expect((await ask(app, '/acme', 'OWN')).body).toBe('own')
      expect((await ask(app, '/globex', 'OWN')).status).toBe(401)
    }
  })

  it('takes no tenant from a parameter that is not there', async () => {
    const app = express()
    app.use(apiKeyAuth(authorizer, { tenant: tenantFromParam('tenant') }), ok)
    expect((await ask(app, '/acme', 'OWN')).status).toBe(401)
  })

  it('guards the routes behind it and no others', async () => {
    const app = express()
    app.get('/before', (req, res) => void res.send(String(req.apiKey)))
    app.use('/guarded', apiKeyAuth(authorizer, { tenant: 'acme' }))
    app.get('/guarded/admin', requireRole('Administrator'), ok)
    app.get(['/guarded', '/beside'], (req, res) => void res.send(String(req.apiKey?.keyId)))
    expect((await ask(app, '/before', 'UNKNOWN')).body).toBe('undefined')
    expect((await ask(app, '/beside', 'UNKNOWN')).body).toBe('undefined')
    expect((await ask(app, '/guarded', 'UNKNOWN')).status).toBe(401)
    expect((await ask(app, '/guarded', 'OWN')).body).toBe('own')
    expect((await ask(app, '/guarded/admin', 'OWN')).status).toBe(403)
  })
})
