import type { Server } from 'node:http'
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpCode,
  HttpException,
  Injectable,
  Module,
  type NestInterceptor,
  NotFoundException,
  Param,
  type PipeTransform,
  Post,
  type Provider,
  Req,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common'
import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  ExternalContextCreator,
  NestFactory,
} from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import {
  type Authorizer,
  authorizationFor,
  createAuthorizer,
  type DecisionFacts,
  memoryStore,
  tenantFromHeader,
} from 'rest-api-key'
import * as forExpress from 'rest-api-key/express'
import * as forFastify from 'rest-api-key/fastify'
import {
  ApiKeyDeniedException,
  ApiKeyGuard,
  ApiKeyModule,
  type ApiKeyModuleOptions,
  type NestRequest,
  type NestResponse,
  Principal,
  principalOf,
  RequireRole,
} from 'rest-api-key/nestjs'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { close, listen } from '../support/http-api.js'
import {
  exchange,
  headOf,
  RawConnection,
  type RawRequestParts,
  type RawResponse,
} from '../support/http-client.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const facts: DecisionFacts[] = []
const authorizer = createAuthorizer({
  store: memoryStore({
    keys: [
      { id: 'operator', referenceId: 'OPERATOR', tenantId: 'acme', inRole: 'Operator' },
      { id: 'admin', referenceId: 'ADMIN', tenantId: 'acme', inRole: 'Administrator' },
      { id: 'globex', referenceId: 'GLOBEX', tenantId: 'globex' },
    ],
  }),
  onDecision: (_, fact) => facts.push(fact),
})
const acme = { authorizer, tenant: 'acme' }
const globalGuard: Provider = { provide: APP_GUARD, useExisting: ApiKeyGuard }

/** What ran behind the guards. */
const ran: string[] = []
/** What `CatchAll` was given. */
const caught: unknown[] = []
beforeEach(() => {
  facts.length = 0
  ran.length = 0
  caught.length = 0
})

@Catch()
class CatchAll implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    caught.push(error)
    const response: NestResponse = host.switchToHttp().getResponse()
    const status = error instanceof HttpException ? error.getStatus() : 500
    const body = error instanceof HttpException ? error.getResponse() : { statusCode: 500 }
    response.header('content-type', 'application/json; charset=utf-8')
    response.status(status).send(JSON.stringify(body))
  }
}

@Controller()
class WhoAmIController {
  @Get('whoami')
  whoAmI(@Principal() { keyId }: Principal): string {
    ran.push('handler')
    return keyId
  }

  @Post('echo')
  @HttpCode(200)
  echo(): string {
    return 'echo'
  }
}

@Controller()
@UseGuards(ApiKeyGuard)
class GuardedController extends WhoAmIController {}

interface Parts {
  readonly controllers?: Type[]
  readonly imports?: (Type | DynamicModule)[]
  readonly providers?: Provider[]
}

function moduleOf({ imports = [ApiKeyModule.forRoot(acme)], ...rest }: Parts): Type {
  @Module({ imports, ...rest })
  class AppModule {}
  return AppModule
}

type App = NestExpressApplication | NestFastifyApplication
const quiet = { logger: false, abortOnError: false } as const

const onExpress = (parts: Parts) =>
  NestFactory.create<NestExpressApplication>(moduleOf(parts), new ExpressAdapter(), quiet)
const onFastify = (parts: Parts) =>
  NestFactory.create<NestFastifyApplication>(moduleOf(parts), new FastifyAdapter(), quiet)

async function serve(app: App): Promise<number | string> {
  await app.init()
  const adapter = app.getHttpAdapter()
  if (adapter instanceof FastifyAdapter) await adapter.getInstance().ready()
  const server = app.getHttpServer() as Server
  onTestFinished(() => close(server))
  return listen(server)
}

const sent = (referenceId?: string, target = '/whoami'): RawRequestParts => ({
  target,
  lines: referenceId === undefined ? [] : [`Authorization: ${authorizationFor(referenceId)}`],
})

describe.each<[name: string, create: (parts: Parts) => Promise<App>]>([
  ['NestJS on Express', onExpress],
  ['NestJS on Fastify', onFastify],
])('%s', (_, create) => {
  /** The status and the body of a pass, or the status alone. */
  const told = ({ status, body }: RawResponse) => (status === 200 ? body : status)

  async function start(parts: Parts, prepare?: (app: App) => unknown) {
    const app = await create(parts)
    await prepare?.(app)
    const at = await serve(app)
    return {
      at,
      ask: (referenceId?: string, target?: string) => exchange(at, sent(referenceId, target)),
      tell: async (referenceId?: string, target?: string) =>
        told(await exchange(at, sent(referenceId, target))),
    }
  }

  const refusal = {
    status: 401,
    type: 'application/problem+json; charset=utf-8',
    challenge: 'rest_api_key realm="api"',
    cache: 'no-store',
    code: 'missing_credentials',
  }
  const shown = (response: RawResponse) => ({
    status: response.status,
    type: response.header('content-type'),
    challenge: response.header('www-authenticate'),
    cache: response.header('cache-control'),
    code: JSON.parse(response.body).code,
  })

  describe('ApiKeyGuard', () => {
    @Module({ controllers: [WhoAmIController] })
    class FeatureModule {}

    it.each<[how: string, parts: Parts, prepare?: (app: App) => unknown]>([
      [
        'as a provider of APP_GUARD',
        { imports: [FeatureModule, ApiKeyModule.forRoot(acme)], providers: [globalGuard] },
      ],
      [
        'as a class of APP_GUARD',
        {
          imports: [ApiKeyModule.forRoot(acme), FeatureModule],
          providers: [{ provide: APP_GUARD, useClass: ApiKeyGuard }],
        },
      ],
      [
        'by useGlobalGuards',
        { imports: [FeatureModule, ApiKeyModule.forRoot(acme)] },
        (app) => app.useGlobalGuards(app.get(ApiKeyGuard)),
      ],
    ])('guards the whole application %s', async (_, parts, prepare) => {
      const { ask, tell } = await start(parts, prepare)
      expect(await tell('OPERATOR')).toBe('operator')
      expect(await tell('GLOBEX')).toBe(401)
      expect(shown(await ask())).toEqual(refusal)
    })

    it.each([
      ['that imports ApiKeyModule', false],
      ['where ApiKeyModule is global', true],
    ])('guards a controller or a handler and no other, in a module %s', async (_, global) => {
      const apiKeys = { ...ApiKeyModule.forRoot(acme), global }
      @Controller('open')
      class PartlyOpenController {
        @Get()
        open(@Req() { apiKey }: NestRequest): string {
          return String(apiKey)
        }

        @Get('guarded')
        @UseGuards(ApiKeyGuard)
        guarded(@Principal() { keyId }: Principal): string {
          return keyId
        }
      }

      @Module({
        imports: global ? [] : [apiKeys],
        controllers: [GuardedController, PartlyOpenController],
      })
      class Feature {}

      const { tell } = await start({ imports: [apiKeys, Feature] })
      expect(await tell()).toBe(401)
      expect(await tell('OPERATOR')).toBe('operator')
      expect(await tell(undefined, '/open')).toBe('undefined')
      expect(await tell(undefined, '/open/guarded')).toBe(401)
      expect(await tell('OPERATOR', '/open/guarded')).toBe('operator')
    })

    it('decides once, however often it stands before a route', async () => {
      @Controller()
      @UseGuards(ApiKeyGuard)
      class TwiceController {
        @Get('whoami')
        @UseGuards(ApiKeyGuard)
        @RequireRole('Operator')
        whoAmI(@Principal() { keyId }: Principal): string {
          return keyId
        }
      }
      const { tell } = await start({ controllers: [TwiceController], providers: [globalGuard] })
      expect(await tell('OPERATOR')).toBe('operator')
      expect(facts).toHaveLength(1)
      expect(await tell('OPERATOR')).toBe('operator')
      expect(facts).toHaveLength(2)
    })

    it('stands among other guards in their order', async () => {
      class Before implements CanActivate {
        canActivate(context: ExecutionContext): boolean {
          const request: NestRequest = context.switchToHttp().getRequest()
          ran.push(`before: ${request.apiKey}`)
          if (request.headers['x-blocked'] !== undefined) throw new ForbiddenException('blocked')
          return true
        }
      }
      class After implements CanActivate {
        canActivate(context: ExecutionContext): boolean {
          ran.push(`after: ${principalOf(context.switchToHttp().getRequest()).keyId}`)
          return true
        }
      }
      @Controller()
      @UseGuards(new Before(), ApiKeyGuard, new After())
      class Guarded extends WhoAmIController {}

      const { at, tell } = await start({ controllers: [Guarded] })
      expect(await tell('OPERATOR')).toBe('operator')
      expect(ran.splice(0)).toEqual(['before: undefined', 'after: operator', 'handler'])
      expect(await tell('GLOBEX')).toBe(401)
      expect(ran.splice(0)).toEqual(['before: undefined'])
      facts.length = 0
      const blocked = await exchange(at, { target: '/whoami', lines: ['X-Blocked: yes'] })
      expect(JSON.parse(blocked.body)).toMatchObject({ statusCode: 403, message: 'blocked' })
      expect(facts).toEqual([])
    })

    it('refuses before interceptors, pipes and the handler run', async () => {
      class Recording implements NestInterceptor, PipeTransform {
        intercept(_: ExecutionContext, next: CallHandler) {
          ran.push('interceptor')
          return next.handle()
        }
        transform(value: unknown) {
          ran.push('pipe')
          return value
        }
      }
      @Controller()
      @UseGuards(ApiKeyGuard)
      class WithParam {
        @Get('incidents/:id')
        get(@Param('id') id: string): string {
          ran.push('handler')
          return id
        }
      }
      const { tell } = await start({
        controllers: [WithParam],
        providers: [
          { provide: APP_INTERCEPTOR, useClass: Recording },
          { provide: APP_PIPE, useClass: Recording },
        ],
      })
      expect(await tell('GLOBEX', '/incidents/1')).toBe(401)
      expect(ran).toEqual([])
      expect(await tell('OPERATOR', '/incidents/1')).toBe('1')
      expect(ran).toEqual(['interceptor', 'pipe', 'handler'])
    })

    it('does not run where there is no route', async () => {
      const { ask, tell } = await start({ controllers: [WhoAmIController], providers: [globalGuard] })
      expect(await tell(undefined, '/unknown')).toBe(404)
      expect(facts).toEqual([])
      expect((await ask()).status).toBe(401)
    })

    it('leaves preflight requests to enableCors', async () => {
      const { at } = await start({ controllers: [WhoAmIController], providers: [globalGuard] }, (app) =>
        app.enableCors({ origin: ['https://app.example.com'] }),
      )
      const lines = ['Origin: https://app.example.com', 'Access-Control-Request-Method: GET']
      const preflight = await exchange(at, { method: 'OPTIONS', target: '/whoami', lines })
      expect(preflight.status).toBe(204)
      expect(preflight.header('access-control-allow-origin')).toBe('https://app.example.com')
      const refused = await exchange(at, { target: '/whoami', lines })
      expect(refused.status).toBe(401)
      expect(refused.header('access-control-allow-origin')).toBe('https://app.example.com')
      expect(refused.header('vary')).toBe('Origin, authorization')
    })

    it('does not start without ApiKeyModule', async () => {
      await expect(create({ imports: [], controllers: [GuardedController] })).rejects.toThrow(/ApiKeyGuard/)
    })
  })

  describe('RequireRole', () => {
    @Controller()
    class AloneController {
      @Get('whoami')
      @RequireRole('Administrator', 'Auditor')
      whoAmI(@Principal() { keyId }: Principal): string {
        return keyId
      }
    }

    it('checks the key by itself', async () => {
      const { ask, tell } = await start({ controllers: [AloneController] })
      expect(shown(await ask())).toEqual(refusal)
      expect(await tell('GLOBEX')).toBe(401)
      expect(await tell('OPERATOR')).toBe(403)
      expect(await tell('ADMIN')).toBe('admin')
      expect(facts.map(({ outcome, keyId }) => [outcome, keyId])).toEqual([
        ['denied', undefined],
        ['denied', 'globex'],
        ['allowed', 'operator'],
        ['denied', 'operator'],
        ['allowed', 'admin'],
      ])
    })

    it('stands before or behind ApiKeyGuard', async () => {
      @Controller()
      class BothController {
        @Get('above')
        @UseGuards(ApiKeyGuard)
        @RequireRole('Administrator')
        above(): string {
          return 'welcome'
        }

        @Get('below')
        @RequireRole('Administrator')
        @UseGuards(ApiKeyGuard)
        below(): string {
          return 'welcome'
        }
      }
      const { tell } = await start({ controllers: [BothController] })
      for (const target of ['/above', '/below']) {
        expect(await tell(undefined, target)).toBe(401)
        expect(await tell('OPERATOR', target)).toBe(403)
        expect(await tell('ADMIN', target)).toBe('welcome')
      }
    })

    it('on a controller and on a handler must be satisfied twice', async () => {
      @Controller()
      @RequireRole('Administrator', 'Operator')
      class NarrowingController {
        @Get('wide')
        wide(): string {
          return 'welcome'
        }

        @Get('narrow')
        @RequireRole('Operator', 'Auditor')
        narrow(): string {
          return 'welcome'
        }
      }
      const { tell } = await start({ controllers: [NarrowingController] })
      expect(await tell('ADMIN', '/wide')).toBe('welcome')
      expect(await tell('ADMIN', '/narrow')).toBe(403)
      expect(await tell('OPERATOR', '/narrow')).toBe('welcome')
    })

    it('asks an anonymous request for a key', async () => {
      const imports = [ApiKeyModule.forRoot({ ...acme, optional: true })]
      const { ask } = await start({ imports, controllers: [AloneController] })
      expect(shown(await ask())).toEqual(refusal)
    })

    it('goes by the guard of the application in a module without ApiKeyModule', async () => {
      @Module({ controllers: [AloneController] })
      class FeatureModule {}
      const { tell } = await start({
        imports: [ApiKeyModule.forRoot(acme), FeatureModule],
        providers: [globalGuard],
      })
      expect(await tell()).toBe(401)
      expect(await tell('OPERATOR')).toBe(403)
      expect(await tell('ADMIN')).toBe('admin')
    })

    it('lets nothing pass without ApiKeyModule', async () => {
      const { tell } = await start({ imports: [], controllers: [AloneController] })
      expect(await tell('ADMIN')).toBe(500)
    })
  })

  describe('Principal', () => {
    it('is an error of the application where no guard ran', async () => {
      const { tell } = await start({ controllers: [WhoAmIController] })
      expect(await tell('OPERATOR')).toBe(500)
      expect(ran).toEqual([])
    })

    it('is an error of the application for an anonymous request, whose request says null', async () => {
      @Controller('anonymous')
      @UseGuards(ApiKeyGuard)
      class AnonymousController {
        @Get()
        get(@Req() { apiKey }: NestRequest): string {
          return String(apiKey)
        }
      }
      const imports = [ApiKeyModule.forRoot({ ...acme, optional: true })]
      const { tell } = await start({ imports, controllers: [GuardedController, AnonymousController] })
      expect(await tell()).toBe(500)
      expect(ran).toEqual([])
      expect(await tell(undefined, '/anonymous')).toBe('null')
      expect(await tell('GLOBEX', '/anonymous')).toBe(401)
    })
  })

  describe('a filter of the application', () => {
    @Controller()
    @UseGuards(ApiKeyGuard)
    @UseFilters(CatchAll)
    class FilteredController extends WhoAmIController {}

    it.each<[how: string, parts: Parts, prepare?: (app: App) => unknown]>([
      ['by useGlobalFilters', {}, (app) => app.useGlobalFilters(new CatchAll())],
      ['as APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: CatchAll }] }],
      ['on the controller', { controllers: [FilteredController] }],
    ])('that catches everything answers with the refusal: %s', async (_, parts, prepare) => {
      const { ask, tell } = await start({ controllers: [GuardedController], ...parts }, prepare)
      const response = await ask()
      const { type, ...rest } = refusal
      expect(shown(response)).toMatchObject(rest)
      expect(response.header('vary')).toBe('authorization')
      expect(ran).toEqual([])
      expect(await tell('OPERATOR')).toBe('operator')
    })

    it('is given the decision', async () => {
      const { ask } = await start({ controllers: [FilteredController] })
      await ask('GLOBEX')
      expect(caught).toHaveLength(1)
      const [error] = caught as [ApiKeyDeniedException]
      expect(error).toBeInstanceOf(ApiKeyDeniedException)
      expect(error.getStatus()).toBe(401)
      expect(error.decision.reason).toBe('wrong_tenant')
      expect(error.getResponse()).toEqual(JSON.parse(error.decision.response.body))
      expect(error.message).toBe('Not authorized: the REST API key does not belong to this tenant/IP.')
    })

    it('cannot make a pass of a refusal', async () => {
      @Catch(ApiKeyDeniedException)
      class Pardoning implements ExceptionFilter {
        catch(_: unknown, host: ArgumentsHost): void {
          const response: NestResponse = host.switchToHttp().getResponse()
          response.status(200).send('pardoned')
        }
      }
      const { tell } = await start({ controllers: [GuardedController] }, (app) =>
        app.useGlobalFilters(new Pardoning()),
      )
      expect(await tell('GLOBEX')).toBe('pardoned')
      expect(ran).toEqual([])
    })

    it('has the exceptions of handlers to itself, unchanged', async () => {
      const failure = new NotFoundException('no such incident')
      @Controller()
      @UseGuards(ApiKeyGuard)
      class FailingController {
        @Get('whoami')
        fail(): never {
          throw failure
        }
      }
      const plain = await start({ controllers: [FailingController] })
      const { body } = await plain.ask('OPERATOR')
      expect(JSON.parse(body)).toEqual({ message: 'no such incident', error: 'Not Found', statusCode: 404 })
      const { ask } = await start({ controllers: [FailingController] }, (app) =>
        app.useGlobalFilters(new CatchAll()),
      )
      expect((await ask('OPERATOR')).status).toBe(404)
      expect(caught).toEqual([failure])
      expect(caught[0]).toBe(failure)
    })
  })

  describe('ApiKeyModule', () => {
    it('takes options that other providers have a part in', async () => {
      @Module({ providers: [{ provide: 'AUTHORIZER', useValue: authorizer }], exports: ['AUTHORIZER'] })
      class AuthorizerModule {}
      const apiKeys = ApiKeyModule.forRootAsync({
        imports: [AuthorizerModule],
        inject: ['AUTHORIZER', { token: 'TENANT', optional: true }],
        useFactory: async (given: Authorizer, tenant?: string) => ({
          authorizer: given,
          tenant: tenant ?? tenantFromHeader('x-tenant'),
        }),
      })
      const { at } = await start({ imports: [apiKeys], controllers: [GuardedController] })
      const ask = async (tenant: string) => {
        const { lines = [], target } = sent('OPERATOR')
        return told(await exchange(at, { target, lines: [...lines, `X-Tenant: ${tenant}`] }))
      }
      expect(await ask('acme')).toBe('operator')
      expect(await ask('globex')).toBe(401)
    })

    it('that a module imports itself decides for that module, next to another', async () => {
      @Controller('globex')
      @UseGuards(ApiKeyGuard)
      class GlobexController {
        @Get()
        get(@Principal() { keyId }: Principal): string {
          return keyId
        }
      }
      @Module({
        imports: [ApiKeyModule.forRoot({ authorizer, tenant: () => 'globex' })],
        controllers: [GlobexController],
      })
      class GlobexModule {}
      for (const first of [true, false]) {
        const forAcme = ApiKeyModule.forRoot({ authorizer, tenant: () => 'acme' })
        const imports = first ? [GlobexModule, forAcme] : [forAcme, GlobexModule]
        const { tell } = await start({ imports, controllers: [GuardedController] })
        expect(await tell('OPERATOR')).toBe('operator')
        expect(await tell('GLOBEX')).toBe(401)
        expect(await tell('OPERATOR', '/globex')).toBe(401)
        expect(await tell('GLOBEX', '/globex')).toBe('globex')
      }
    })

    it('that a module imports itself decides about its roles, behind the guard of another', async () => {
      @Controller('globex')
      class GlobexController {
        @Get()
        @RequireRole('Operator')
        get(): string {
          return 'welcome'
        }
      }
      @Module({
        imports: [ApiKeyModule.forRoot({ authorizer, tenant: 'globex' })],
        controllers: [GlobexController],
      })
      class GlobexModule {}
      const { tell } = await start({
        imports: [ApiKeyModule.forRoot(acme), GlobexModule],
        controllers: [WhoAmIController],
        providers: [globalGuard],
      })
      expect(await tell('OPERATOR')).toBe('operator')
      expect(await tell('OPERATOR', '/globex')).toBe(401)
    })

    it('looks like no other, because NestJS 10 goes by that', () => {
      const [one, other] = [1, 2].map(() => JSON.stringify(ApiKeyModule.forRoot(acme)))
      expect(one).not.toBe(other)
    })

    it('provides what another copy of the package asks for', async () => {
      const app = await create({})
      expect(app.get(Symbol.for('rest-api-key.nest-authorizer'))).toBeTypeOf('function')
      await app.close()
    })

    it('can be part of an application that serves no HTTP', async () => {
      const context = await NestFactory.createApplicationContext(moduleOf({}), quiet)
      expect(context.get(ApiKeyGuard)).toBeInstanceOf(ApiKeyGuard)
      await context.close()
    })

    it.each<[what: string, options: object, code: string, message: string]>([
      ['no tenant', { authorizer }, 'invalid_option', '"tenant" must be '],
      ['no authorizer', { tenant: 'acme' }, 'invalid_option', '"authorizer" must be '],
      [
        'an unknown option',
        { ...acme, prefix: '/v1' },
        'unknown_option',
        '"prefix" is not an option of ApiKeyModule; it knows "authorizer", "tenant", "ip", "optional", "onDenied"',
      ],
      [
        'an onDenied that is no function',
        { ...acme, onDenied: 404 },
        'invalid_option',
        '"onDenied" must be a function, not 404',
      ],
    ])('refuses %s, at once or when it starts', async (_, options, code, message) => {
      const wrong = options as ApiKeyModuleOptions
      const failed = expect.objectContaining({ code, message: expect.stringContaining(message) })
      expect(() => ApiKeyModule.forRoot(wrong)).toThrow(failed)
      const imports = [ApiKeyModule.forRootAsync({ useFactory: async () => wrong })]
      await expect(create({ imports })).rejects.toEqual(failed)
    })

    it.each<[what: string, options: object, code: string, message: string]>([
      ['no factory', {}, 'invalid_option', '"useFactory" must be a function, not undefined'],
      [
        'another factory',
        { useClass: class {} },
        'unknown_option',
        '"useClass" is not an option of ApiKeyModule.forRootAsync; it knows "imports", "inject", "useFactory"',
      ],
    ])('refuses %s of asynchronous options', (_, options, code, message) => {
      expect(() =>
        ApiKeyModule.forRootAsync(options as Parameters<typeof ApiKeyModule.forRootAsync>[0]),
      ).toThrow(expect.objectContaining({ code, message }))
    })
  })

  describe('onDenied', () => {
    it('is given the request and the response of the platform', async () => {
      const onDenied = vi.fn((_: unknown, request: NestRequest, response: NestResponse) => {
        response.status(404).send(request.url)
      })
      const imports = [ApiKeyModule.forRoot({ ...acme, onDenied })]
      const { ask } = await start({ imports, controllers: [GuardedController] })
      const { status, body } = await ask()
      expect({ status, body }).toEqual({ status: 404, body: '/whoami' })
      expect(onDenied.mock.calls).toEqual([
        [expect.objectContaining({ reason: 'missing_credentials' }), expect.anything(), expect.anything()],
      ])
    })

    it('that answers is not answered again by a filter that catches everything', async () => {
      const onDenied = (_: unknown, __: unknown, response: NestResponse) => {
        response.status(404).send('nothing here')
      }
      const imports = [ApiKeyModule.forRoot({ ...acme, onDenied })]
      const { at } = await start({ imports, controllers: [GuardedController] }, (app) =>
        app.useGlobalFilters(new CatchAll()),
      )
      const connection = await RawConnection.open(at)
      for (const referenceId of ['GLOBEX', undefined]) {
        const { status, body } = await connection.request(sent(referenceId))
        expect({ status, body }).toEqual({ status: 404, body: 'nothing here' })
      }
      expect((await connection.request(sent('OPERATOR'))).body).toBe('operator')
      expect(caught).toEqual([])
      connection.close()
    })
  })

  describe('apiKeyAuth of the platform in front', () => {
    const inFront = async (app: App): Promise<void> => {
      if (app.getHttpAdapter() instanceof FastifyAdapter) {
        await (app as NestFastifyApplication).register(forFastify.apiKeyAuth as never, acme as never)
      } else {
        app.use(forExpress.apiKeyAuth(authorizer, { tenant: 'acme' }))
      }
    }

    it('refuses before a body is read and where there is no route', async () => {
      const { at, tell } = await start({ controllers: [WhoAmIController] }, inFront)
      const connection = await RawConnection.open(at)
      connection.write(headOf({ method: 'POST', target: '/echo', body: 'hello' }))
      expect(shown(await connection.response())).toEqual(refusal)
      connection.close()
      expect(await tell(undefined, '/unknown')).toBe(401)
      expect(await tell('OPERATOR', '/unknown')).toBe(404)
    })

    it('is what Principal goes by, and RequireRole as well as ApiKeyModule', async () => {
      @Controller()
      class AdminController extends WhoAmIController {
        @Get('admin')
        @RequireRole('Administrator')
        admin(): string {
          return 'welcome'
        }
      }
      const { ask, tell } = await start({ controllers: [AdminController] }, inFront)
      expect(await tell('OPERATOR')).toBe('operator')
      expect(await tell('ADMIN', '/admin')).toBe('welcome')
      facts.length = 0
      const refused = await ask('OPERATOR', '/admin')
      expect([refused.status, JSON.parse(refused.body).code]).toEqual([403, 'role_not_allowed'])
      // Once by each of the two, and the role.
      expect(facts.map(({ outcome }) => outcome)).toEqual(['allowed', 'allowed', 'denied'])
    })
  })

  describe('without an HTTP request of a platform', () => {
    @Injectable()
    class Handlers {
      @UseGuards(ApiKeyGuard)
      guarded(): string {
        ran.push('handler')
        return 'welcome'
      }

      @RequireRole('Operator')
      role(): string {
        ran.push('handler')
        return 'welcome'
      }
    }

    /** The same request as everywhere, as no platform hands it over. */
    const request = { headers: { authorization: authorizationFor('OPERATOR') }, rawHeaders: [], apiKey: null }

    function handlerOf(app: App, method: 'guarded' | 'role', type: string) {
      const handlers = app.get(Handlers)
      return app
        .get(ExternalContextCreator)
        .create(
          handlers,
          handlers[method],
          method,
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
          type,
        )
    }

    it.each(
      [
        ['graphql', 'a context of type "graphql"'],
        ['ws', 'a context of type "ws"'],
        ['rpc', 'a context of type "rpc"'],
        ['http', 'a request of another platform'],
      ].flatMap(([type = '', what = '']) => [
        [type, 'guarded', what] as const,
        [type, 'role', what] as const,
      ]),
    )('fails and runs nothing: %s, %s', async (type, method, what) => {
      const app = await create({ providers: [Handlers] })
      await expect(handlerOf(app, method, type)(request, {})).rejects.toMatchObject({
        code: 'unsupported_request',
        message: `API keys are checked for HTTP requests of @nestjs/platform-express and @nestjs/platform-fastify, not for ${what}`,
      })
      expect(ran).toEqual([])
      expect(facts).toEqual([])
      await app.close()
    })

    it.each([
      ['raw', { raw: {} }],
      ['server', { server: {} }],
      ['app', { app: {} }],
    ])('fails for a request that has but the %s of one', async (_, part) => {
      const app = await create({ providers: [Handlers] })
      const answered = handlerOf(app, 'guarded', 'http')({ ...request, ...part }, {})
      await expect(answered).rejects.toMatchObject({ code: 'unsupported_request' })
      expect(facts).toEqual([])
      await app.close()
    })
  })
})
