import { createServer, type RequestListener } from 'node:http'
import { type Authorizer, authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import * as forExpress from 'rest-api-key/express'
import * as forNode from 'rest-api-key/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authorizationOf } from '../../src/authorization-of.js'
import { requestAuthorization } from '../../src/request-authorizer.js'
import { close, listen } from '../support/http-api.js'
import { exchange } from '../support/http-client.js'
import { expresses } from '../support/http-express.js'

const left = { principal: null } as never
const earlier = { principal: null } as never
const lines = (more: object) => Object.assign(['host', 'localhost'], more)

it.each<[what: string, request: object, expected: unknown]>([
  ['nothing', {}, undefined],
  ['nothing but header lines', { rawHeaders: lines({}) }, undefined],
  ['on the request', { [requestAuthorization]: left }, left],
  ['on its header lines', { rawHeaders: lines({ [requestAuthorization]: left }) }, left],
  [
    'on those of a request that is derived',
    Object.create({ rawHeaders: lines({ [requestAuthorization]: left }) }),
    left,
  ],
  [
    'on both: that of the request, which all others write',
    { [requestAuthorization]: left, rawHeaders: lines({ [requestAuthorization]: earlier }) },
    left,
  ],
])('what is left: %s', (_, request, expected) => {
  expect(authorizationOf(request)).toBe(expected)
})

const authorizerFor = (inRole: string) =>
  createAuthorizer({ store: memoryStore({ keys: [{ referenceId: 'OWN', tenantId: 'acme', inRole }] }) })
const tenant = 'acme'

async function statusOf(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  onTestFinished(() => close(server))
  const at = await listen(server)
  return (await exchange(at, { target: '/', lines: [`Authorization: ${authorizationFor('OWN')}`] })).status
}

describe.each(expresses)('%s and plain Node.js on one request', (_, express) => {
  /** Node.js around Express. */
  function around(outer: Authorizer, inner?: Authorizer): RequestListener {
    const app = express()
    if (inner !== undefined) app.use(forExpress.apiKeyAuth(inner, { tenant }))
    app.get('/', forExpress.requireRole('Operator'), (_, res) => void res.send('ok'))
    return forNode.apiKeyAuth(outer, { tenant })((req, res) => app(req, res))
  }

  /** Node.js behind Express. */
  function behind(outer: Authorizer, inner?: Authorizer): RequestListener {
    const app = express()
    app.use(forExpress.apiKeyAuth(outer, { tenant }))
    const guarded = forNode.requireRole('Operator')((_, res) => res.end('ok'))
    app.get('/', (inner === undefined ? guarded : forNode.apiKeyAuth(inner, { tenant })(guarded)) as never)
    return app
  }

  it.each<[what: string, listener: () => RequestListener, status: number]>([
    ['Express goes by what Node.js has found', () => around(authorizerFor('Operator')), 200],
    ['Express goes by what Node.js has found: another role', () => around(authorizerFor('Reader')), 403],
    ['Node.js goes by what Express has found', () => behind(authorizerFor('Operator')), 200],
    ['Node.js goes by what Express has found: another role', () => behind(authorizerFor('Reader')), 403],
    ['the last counts: Express', () => around(authorizerFor('Operator'), authorizerFor('Reader')), 403],
    [
      'the last counts: Express, with the role',
      () => around(authorizerFor('Reader'), authorizerFor('Operator')),
      200,
    ],
    ['the last counts: Node.js', () => behind(authorizerFor('Operator'), authorizerFor('Reader')), 403],
    [
      'the last counts: Node.js, with the role',
      () => behind(authorizerFor('Reader'), authorizerFor('Operator')),
      200,
    ],
  ])('%s', async (_, listener, status) => {
    expect(await statusOf(listener())).toBe(status)
  })
})
