// A program of a user, compiled and run against the packed package in every kind of project.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Controller, Get, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { authorizationFor, createAuthorizer, memoryStore, tenantFromHeader } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import * as consoleInExpress from 'rest-api-key/console/express'
import * as consoleInFastify from 'rest-api-key/console/fastify'
import * as consoleInHono from 'rest-api-key/console/hono'
import * as consoleInKoa from 'rest-api-key/console/koa'
import * as consoleInNode from 'rest-api-key/console/node'
import * as forExpress from 'rest-api-key/express'
import * as forFastify from 'rest-api-key/fastify'
import * as forFetch from 'rest-api-key/fetch'
import * as forHono from 'rest-api-key/hono'
import * as forKoa from 'rest-api-key/koa'
import { createKeyManager } from 'rest-api-key/management'
import * as forNest from 'rest-api-key/nestjs'
import * as forNode from 'rest-api-key/node'
import { keyStoreCases } from 'rest-api-key/testing'

const referenceId = '0123456789ABCDEF0123456789ABCDEF'
const store = memoryStore({ keys: [{ referenceId, tenantId: 'acme', inRole: 'Operator' }] })
const authorizer = createAuthorizer({ store })
const options = { tenant: tenantFromHeader('x-tenant') }

@Controller()
@UseGuards(forNest.ApiKeyGuard)
class NestController {
  @Get()
  tenant(@forNest.Principal() { tenantId }: forNest.Principal): string {
    return tenantId
  }

  @Get('admin')
  @forNest.RequireRole('Administrator')
  admin(): void {}
}

@Module({
  imports: [forNest.ApiKeyModule.forRoot({ authorizer, ...options })],
  controllers: [NestController],
})
class NestModule {}

type Send = (path: string, headers: Record<string, string>) => Promise<number>

/** The statuses of the own key, of no key, of another tenant and of another role. */
async function statuses(send: Send): Promise<number[]> {
  const authorization = authorizationFor(referenceId)
  return [
    await send('/', { authorization, 'x-tenant': 'acme' }),
    await send('/', { 'x-tenant': 'acme' }),
    await send('/', { authorization, 'x-tenant': 'globex' }),
    await send('/admin', { authorization, 'x-tenant': 'acme' }),
  ]
}

async function overHttp(listener: RequestListener): Promise<number[]> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await statuses(async (path, headers) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      await response.arrayBuffer()
      return response.status
    })
  } finally {
    server.close()
  }
}

/** Without a session and with one, in every framework. */
async function consoleStatuses(): Promise<number[][]> {
  const manager = createKeyManager({ repository: memoryStore(), authorize: () => true })
  const mounted = createConsole({
    manager,
    authenticate: ({ headers }) =>
      headers.has('x-session') ? { tenantId: 'acme', userId: 'jdoe', role: 'Administrator' } : null,
  })
  const fastifyApp = fastify()
  await fastifyApp.register(consoleInFastify.mountConsole, { console: mounted })
  await fastifyApp.ready()
  const honoApp = new Hono().use(consoleInHono.mountConsole(mounted))
  const answerConsole = consoleInNode.mountConsole(mounted)
  const listeners: RequestListener[] = [
    express().use(consoleInExpress.mountConsole(mounted)),
    new Koa().use(consoleInKoa.mountConsole(mounted)).callback(),
    fastifyApp.routing,
    (req, res) => void answerConsole(req, res),
  ]
  const send = async (url: string) => [
    (await fetch(url)).status,
    (await fetch(url, { headers: { 'x-session': 'yes' } })).status,
  ]
  const results: number[][] = []
  for (const listener of listeners) {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    results.push(await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/console`))
    server.close()
  }
  const inHono = async (headers: Record<string, string>) =>
    (await honoApp.request('http://localhost/console', { headers })).status
  return [...results, [await inHono({}), await inHono({ 'x-session': 'yes' })]]
}

async function main(): Promise<void> {
  const expressApp = express()
  expressApp.use(forExpress.apiKeyAuth(authorizer, options))
  expressApp.get('/admin', forExpress.requireRole('Administrator'), (_req, res) => void res.end())
  expressApp.get('/', (req, res) => void res.json(forExpress.principalOf(req).tenantId))

  const koaApp = new Koa()
  koaApp.use(forKoa.apiKeyAuth(authorizer, options))
  const adminOnly = forKoa.requireRole('Administrator')
  koaApp.use((ctx, next) => (ctx.path === '/admin' ? adminOnly(ctx, next) : next()))
  koaApp.use((ctx) => {
    ctx.body = forKoa.principalOf(ctx).tenantId
  })

  const fastifyApp = fastify()
  await fastifyApp.register(forFastify.apiKeyAuth, { authorizer, ...options })
  fastifyApp.get('/admin', { onRequest: forFastify.requireRole('Administrator') }, async () => '')
  fastifyApp.get('/', async (request) => forFastify.principalOf(request).tenantId)

  const honoApp = new Hono()
  honoApp.use(forHono.apiKeyAuth(authorizer, options))
  honoApp.get('/admin', forHono.requireRole('Administrator'), (c) => c.body(null))
  honoApp.get('/', (c) => c.text(forHono.principalOf(c).tenantId))

  const nestApp = await NestFactory.create(NestModule, { logger: false })
  await nestApp.init()

  const guarded = forNode.apiKeyAuth(authorizer, options)
  const adminOfNode = forNode.requireRole('Administrator')((_req, res) => res.end())
  const nodeListener = guarded((req, res) =>
    req.url === '/admin' ? adminOfNode(req, res) : res.end(forNode.principalOf(req).tenantId),
  )

  const adminOfFetch = forFetch.requireRole('Administrator')(() => new Response())
  const fetchHandler = forFetch.apiKeyAuth(
    authorizer,
    options,
  )((request: Request) =>
    new URL(request.url).pathname === '/admin'
      ? adminOfFetch(request)
      : new Response(forFetch.principalOf(request).tenantId),
  )

  for (const { run } of keyStoreCases(() => {
    const { put, ...empty } = memoryStore()
    return { store: empty, put }
  })) {
    await run()
  }
  const results = {
    express: await overHttp(expressApp),
    koa: await overHttp(koaApp.callback()),
    fastify: await statuses(async (url, headers) => (await fastifyApp.inject({ url, headers })).statusCode),
    node: await overHttp((req, res) => void nodeListener(req, res)),
    fetch: await statuses(
      async (path, headers) =>
        (await fetchHandler(new Request(`http://127.0.0.1${path}`, { headers }))).status,
    ),
    hono: await statuses(async (path, headers) => (await honoApp.request(path, { headers })).status),
    nest: await overHttp(nestApp.getHttpAdapter().getInstance()),
    consoles: await consoleStatuses(),
  }
  process.stdout.write(JSON.stringify(results))
}

main().catch((error: unknown) => {
  process.stderr.write(String(error))
  process.exitCode = 1
})
