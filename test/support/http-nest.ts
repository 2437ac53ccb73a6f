import type { IncomingMessage, Server } from 'node:http'
import {
  Catch,
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  Post,
  Req,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { Response } from 'express'
import type { FastifyReply } from 'fastify'
import {
  ApiKeyGuard,
  ApiKeyModule,
  type NestRequest,
  type NestResponse,
  principalOf,
  RequireRole,
} from 'rest-api-key/nestjs'
import { type Answer, type Api, type Framework, handled, type Route, whoami } from './http-api.js'

interface Platform {
  readonly name: string
  adapter(api: Api): AbstractHttpAdapter
  incoming(request: unknown): IncomingMessage
  /** Whatever has to be done between the creation of the application and its start. */
  prepare(app: INestApplication, api: Api): void
}

const onExpress: Platform = {
  name: 'Nest on Express',
  adapter: () => new ExpressAdapter(),
  incoming: (request) => request as IncomingMessage,
  prepare(app, { trust, before }) {
    const express = app as NestExpressApplication
    if (trust !== undefined) express.set('trust proxy', trust)
    express.use((_: unknown, res: Response, next: () => void) => {
      before?.(answerOf(res))
      if (!res.headersSent) next()
    })
    express.useBodyParser('text')
  },
}

const onFastify: Platform = {
  name: 'Nest on Fastify',
  adapter: ({ trust }) => new FastifyAdapter(trust === undefined ? {} : { trustProxy: trust as boolean }),
  incoming: (request) => (request as { raw: IncomingMessage }).raw,
  prepare(app, { before }) {
    const fastify = (app.getHttpAdapter() as FastifyAdapter).getInstance()
    fastify.addHook('onRequest', async (_, reply) => {
      before?.(answerOf(reply as unknown as FastifyReply))
    })
  },
}

/** On each of its platforms. */
export const frameworks: readonly Framework[] = [onExpress, onFastify].map(frameworkOf)

function frameworkOf({ name, adapter, incoming, prepare }: Platform): Framework {
  return {
    name,
    lacks: ['early refusals'],
    header(request, header) {
      const value = (request as NestRequest).headers[header]
      return Array.isArray(value) ? value.join(', ') : value
    },
    incoming,
    async serve(api) {
      const app = await NestFactory.create(moduleOf(api), adapter(api), {
        logger: false,
        abortOnError: false,
      })
      prepare(app, api)
      if (api.onError !== undefined) app.useGlobalFilters(new (filterOf(api.onError))())
      await app.init()
      if (app.getHttpAdapter() instanceof FastifyAdapter) await app.getHttpAdapter().getInstance().ready()
      return app.getHttpServer() as Server
    },
  }
}

function moduleOf(api: Api): Type {
  const { authorizer, tenant, ip, optional, routes = [whoami], mount = '' } = api
  const onDenied = api.onDenied
  const open = routes.filter((route) => route.open)
  const closed = routes.filter((route) => !route.open)
  const controllers: Type[] = []
  if (open.length > 0) controllers.push(controllerOf('', open))
  if (closed.length > 0) controllers.push(controllerOf(mount, closed, UseGuards(ApiKeyGuard)))
  const apiKeys = () =>
    ApiKeyModule.forRoot({
      authorizer,
      tenant,
      ip,
      optional,
      onDenied:
        onDenied && ((decision, _: NestRequest, res: NestResponse) => onDenied(decision, answerOf(res))),
    })

  class AppModule {}
  // Where every route is open, nothing has to be checked.
  Module({ imports: closed.length > 0 ? [apiKeys()] : [], controllers })(AppModule)
  return AppModule
}

/** As decorators would, in the order in which they would be called. */
function controllerOf(path: string, routes: readonly Route[], ...decorators: ClassDecorator[]): Type {
  class TestController {}
  routes.forEach(({ method = 'GET', path: routePath, roles, handle }, index) => {
    const name = `route${index}`
    const value = (request: NestRequest & { body?: unknown }) =>
      handle({
        apiKey: request.apiKey,
        body: String(request.body ?? ''),
        principalOf: () => principalOf(request),
      })
    const descriptor = { value, configurable: true }
    Object.defineProperty(TestController.prototype, name, descriptor)
    Req()(TestController.prototype, name, 0)
    HttpCode(200)(TestController.prototype, name, descriptor)
    if (roles !== undefined) RequireRole(...roles)(TestController.prototype, name, descriptor)
    const route = method === 'GET' ? Get : Post
    route(routePath)(TestController.prototype, name, descriptor)
  })
  for (const decorate of decorators) decorate(TestController)
  Controller(path)(TestController)
  return TestController
}

function filterOf(onError: (error: unknown) => void) {
  class CatchAll {
    catch(error: unknown, host: { getArgByIndex(index: number): NestResponse }): void {
      onError(error)
      host.getArgByIndex(1).status(500).send(handled)
    }
  }
  Catch()(CatchAll)
  return CatchAll
}

/** Both platforms have these three. */
function answerOf(response: Pick<NestResponse, 'header' | 'status' | 'send'>): Answer {
  return {
    status: (status) => void response.status(status),
    set: (name, value) => void response.header(name, value),
    send: (status, body) => void response.status(status).send(body),
  }
}
