import { once } from 'node:events'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import {
  type Authorizer,
  authorizationFor,
  createAuthorizer,
  type DenialReason,
  memoryStore,
  tenantFromSubdomain,
} from 'rest-api-key'
import * as forFastify from 'rest-api-key/fastify'
import * as forHono from 'rest-api-key/hono'
import * as forKoa from 'rest-api-key/koa'
import * as forNode from 'rest-api-key/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../support/http-api.js'
import { fastifys } from '../support/http-fastify.js'
import { koas } from '../support/http-koa.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const store = memoryStore({
  keys: [
    { id: 'own', referenceId: 'OWN', tenantId: 'acme' },
    { id: 'listed', referenceId: 'LISTED', tenantId: 'acme', allowedIps: ['127.0.0.1'] },
    { id: 'globex', referenceId: 'GLOBEX', tenantId: 'globex' },
  ],
})
const tenant = tenantFromSubdomain('api.example.com')

/** Express has no HTTP/2, and a Fetch server is what its own server makes of it. */
const servers: [name: string, create: (authorizer: Authorizer) => Promise<Http2Server>][] = [
  ...koas.map(([name, Koa]): [string, (authorizer: Authorizer) => Promise<Http2Server>] => [
    name,
    async (authorizer) => {
      const app = new Koa()
      app.use(forKoa.apiKeyAuth(authorizer, { tenant }))
      app.use((ctx) => {
        ctx.body = forKoa.principalOf(ctx).keyId
      })
      return createHttp2Server(app.callback())
    },
  ]),
  ...fastifys.map(([name, fastify]): [string, (authorizer: Authorizer) => Promise<Http2Server>] => [
    name,
    async (authorizer) => {
      const app = fastify({ http2: true })
      await app.register(forFastify.apiKeyAuth, { authorizer, tenant })
      app.get('/', async (request) => forFastify.principalOf(request).keyId)
      await app.ready()
      return app.server
    },
  ]),
  [
    'node:http2',
    async (authorizer) => {
      const guarded = forNode.apiKeyAuth(authorizer, { tenant })
      return createHttp2Server(guarded((req, res: Http2ServerResponse) => res.end(req.apiKey.keyId)))
    },
  ],
  [
    'Hono',
    async (authorizer) => {
      const app = new Hono<{ Bindings: HttpBindings }>()
      app.use(forHono.apiKeyAuth(authorizer, { tenant, ip: getConnInfo }))
      app.get('/', (c) => c.text(forHono.principalOf(c).keyId))
      return createAdaptorServer({ fetch: app.fetch, createServer: createHttp2Server }) as Http2Server
    },
  ],
]

interface Answered {
  readonly headers: IncomingHttpHeaders & { readonly ':status'?: number }
  readonly body: string
}

async function ask(port: number, headers: OutgoingHttpHeaders): Promise<Answered> {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  try {
    const stream = session.request({ ':path': '/', ':authority': 'acme.api.example.com', ...headers })
    const [answered] = await once(stream, 'response')
    return { headers: answered, body: await text(stream) }
  } finally {
    session.close()
  }
}

/** The header block of a request, each field as a literal (RFC 7541, section 6.2.2): Node's client sends no duplicates. */
function headerBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const literals = fields.map(([name, value]) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]),
  )
  return Buffer.concat(literals)
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Sends `Authorization` fields as they are, in order. What is answered is seen by `onDecision`. */
async function sendRaw(port: number, authorization: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const fields = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'acme.api.example.com'],
    ...authorization.map((value) => ['authorization', value] as const),
  ] as const
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(4, 0, 0))
  socket.write(frame(1, 0x5, 1, headerBlock(fields)))
  const headersOfResponse = 1
  let received = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk])
    if (typesOfFrames(received).includes(headersOfResponse)) break
  }
  socket.destroy()
}

function typesOfFrames(bytes: Buffer): number[] {
  const types: number[] = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    types.push(bytes.readUInt8(at + 3))
  return types
}

describe.each(servers)('%s over HTTP/2', (_, create) => {
  const reasons: (DenialReason | 'allowed')[] = []
  let server: Http2Server
  let port: number
  beforeAll(async () => {
    const authorizer = createAuthorizer({
      store,
      onDecision: (decision) => reasons.push(decision.allowed ? 'allowed' : decision.reason),
    })
    server = await create(authorizer)
    port = Number(await listen(server))
  })
  afterAll(async () => {
    server.close()
    await once(server, 'close')
  })

  it('lets its own key pass', async () => {
    const { headers, body } = await ask(port, { authorization: authorizationFor('OWN') })
    expect(headers).toMatchObject({ ':status': 200, vary: 'authorization' })
    expect(body).toBe('own')
  })

  it('knows the address', async () => {
    expect((await ask(port, { authorization: authorizationFor('LISTED') })).body).toBe('listed')
  })

  it.each([
    ['a request without a key', {}, 'missing_credentials'],
    ['a malformed key', { authorization: 'rest_api_key=' }, 'malformed_credentials'],
    ['an unknown key', { authorization: authorizationFor('UNKNOWN') }, 'not_authorized'],
    ['a key of another tenant', { authorization: authorizationFor('GLOBEX') }, 'not_authorized'],
  ])('refuses %s', async (_, sent, code) => {
    const { headers, body } = await ask(port, sent)
    expect(headers).toMatchObject({
      ':status': 401,
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'www-authenticate': 'rest_api_key realm="api"',
      vary: 'authorization',
    })
    expect(JSON.parse(body)).toMatchObject({ status: 401, code })
  })

  it.each([
    ['its own key', [authorizationFor('OWN')], 'allowed'],
    ['its own key twice', [authorizationFor('OWN'), authorizationFor('OWN')], 'malformed_credentials'],
    ['its own key and Bearer', [authorizationFor('OWN'), 'Bearer abc'], 'malformed_credentials'],
    ['Bearer and its own key', ['Bearer abc', authorizationFor('OWN')], 'malformed_credentials'],
    ['an empty field and its own key', ['', authorizationFor('OWN')], 'malformed_credentials'],
  ])('counts fields: %s', async (_, authorization, reason) => {
    reasons.length = 0
    await sendRaw(port, authorization)
    expect(reasons).toEqual([reason])
  })

  it('takes the tenant from the authority', async () => {
    const asGlobex = { ':authority': 'globex.api.example.com' }
    expect((await ask(port, { ...asGlobex, authorization: authorizationFor('GLOBEX') })).body).toBe('globex')
    const { headers } = await ask(port, { ...asGlobex, authorization: authorizationFor('OWN') })
    expect(headers[':status']).toBe(401)
  })

  it('lets no request pass whose host is not its authority', async () => {
    for (const referenceId of ['OWN', 'GLOBEX']) {
      const { headers } = await ask(port, {
        host: 'globex.api.example.com',
        authorization: authorizationFor(referenceId),
      })
      expect([referenceId, headers[':status']]).toEqual([referenceId, 401])
    }
  })
})
