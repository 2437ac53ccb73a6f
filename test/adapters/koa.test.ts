import { createServer } from 'node:http'
import type Koa from 'koa'
import { authorizationFor, createAuthorizer, type Denied, memoryStore, tenantFromParam } from 'rest-api-key'
import { type ApiKeyContext, apiKeyAuth } from 'rest-api-key/koa'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { exchange, type RawResponse } from '../support/http-client.js'
import { koas } from '../support/http-koa.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const authorizer = createAuthorizer({
  store: memoryStore({ keys: [{ id: 'own', referenceId: 'OWN', tenantId: 'acme' }] }),
})

async function ask(app: Koa, referenceId?: string): Promise<RawResponse> {
  const server = createServer(app.callback())
  onTestFinished(() => close(server))
  const at = await listen(server)
  const key = referenceId === undefined ? [] : [`Authorization: ${authorizationFor(referenceId)}`]
  return exchange(at, { lines: [...key] })
}

describe.each(koas)('%s', (_, Koa) => {
  it('leaves a response alone that was sent before, and goes on', async () => {
    const app: Koa = new Koa()
    const errors: unknown[] = []
    app.on('error', (error) => errors.push(error))
    app.use((ctx, next) => {
      ctx.respond = false
      ctx.res.writeHead(202, { 'content-length': 4 }).end('mine')
      return next()
    })
    app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    const passed: unknown[] = []
    app.use((ctx) => {
      passed.push(ctx.state.apiKey?.keyId)
    })
    const { status, body } = await ask(app, 'OWN')
    expect({ status, body, passed, errors }).toEqual({
      status: 202,
      body: 'mine',
      passed: ['own'],
      errors: [],
    })
  })

  it.each<
    [what: string, onDenied: (decision: Denied, ctx: ApiKeyContext) => unknown, status: number, body: string]
  >([
    [
      'a status alone',
      (_, ctx) => {
        ctx.status = 403
      },
      403,
      'Forbidden',
    ],
    [
      'an empty body',
      (_, ctx) => {
        ctx.status = 404
        ctx.body = ''
      },
      404,
      '',
    ],
    [
      'a response of Node.js',
      (_, ctx) => {
        ctx.respond = false
        ctx.res.writeHead(404, { 'content-length': 4 }).end('mine')
      },
      404,
      'mine',
    ],
    [
      'a response of Node.js that comes later',
      (_, ctx) => {
        ctx.respond = false
        setImmediate(() => ctx.res.writeHead(404, { 'content-length': 4 }).end('mine'))
      },
      404,
      'mine',
    ],
  ])('takes %s for an answer of onDenied', async (_, onDenied, status, body) => {
    const app = new Koa()
    app.use(apiKeyAuth(authorizer, { tenant: 'acme', onDenied }))
    const response = await ask(app)
    expect({ status: response.status, body: response.body }).toEqual({ status, body })
    expect(response.header('www-authenticate')).toBeUndefined()
  })

  it('takes no tenant from a parameter where nothing has parameters', async () => {
    const app = new Koa()
    app.use(apiKeyAuth(authorizer, { tenant: tenantFromParam('tenant') }))
    expect((await ask(app, 'OWN')).status).toBe(401)
  })

  it('replaces what an earlier middleware has prepared', async () => {
    const app = new Koa()
    app.use((ctx, next) => {
      ctx.status = 200
      ctx.body = { prepared: true }
      return next()
    })
    app.use(apiKeyAuth(authorizer, { tenant: 'acme', onDenied: () => {} }))
    const response = await ask(app)
    expect(response.status).toBe(401)
    expect(response.header('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(response.body).toContain('missing_credentials')
  })

  it('hands errors to the application once', async () => {
    const app = new Koa()
    const onError = vi.fn()
    app.on('error', onError)
    app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    const failure = new Error('the route failed')
    app.use(() => {
      throw failure
    })
    expect((await ask(app, 'OWN')).status).toBe(500)
    expect(onError.mock.calls.map(([error]) => error)).toEqual([failure])
  })
})
