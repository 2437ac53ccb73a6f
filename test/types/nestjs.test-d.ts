import { Controller, Get, Req, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import type { Request, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type Authorizer,
  type Denied,
  type Principal as PrincipalOfKey,
  tenantFromHeader,
  tenantFromKey,
  trustedClientIp,
} from 'rest-api-key'
import {
  type ApiKeyDeniedException,
  ApiKeyGuard,
  ApiKeyModule,
  type ApiKeyModuleOptions,
  type NestRequest,
  type NestResponse,
  Principal,
  principalOf,
  RequireRole,
} from 'rest-api-key/nestjs'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer

// One name for the decorator and for the type of its parameter.
@Controller()
@UseGuards(ApiKeyGuard)
@RequireRole('Operator', 'Administrator')
export class WhoAmIController {
  @Get('whoami')
  @RequireRole('Administrator')
  whoAmI(@Principal() principal: Principal, @Req() request: NestRequest): string {
    expectTypeOf(principal).toEqualTypeOf<PrincipalOfKey>()
    expectTypeOf(request.apiKey).toEqualTypeOf<PrincipalOfKey | null | undefined>()
    expectTypeOf(principalOf(request)).toEqualTypeOf<PrincipalOfKey>()
    return principal.keyId
  }
}
export const guard = { provide: APP_GUARD, useExisting: ApiKeyGuard }

// Functions among the options need no annotation for what both platforms have in common.
ApiKeyModule.forRoot({
  authorizer,
  tenant: async (request) => {
    expectTypeOf(request).toEqualTypeOf<NestRequest>()
    return request.headers['x-tenant']?.toString()
  },
  ip: (request) => {
    expectTypeOf(request).toEqualTypeOf<NestRequest>()
    return request.ip
  },
  onDenied: (decision, request, response) => {
    expectTypeOf(decision).toEqualTypeOf<Denied>()
    expectTypeOf(request).toEqualTypeOf<NestRequest>()
    expectTypeOf(response).toEqualTypeOf<NestResponse>()
    response.status(404).header('x-denied', 'yes')
  },
})

// Annotated, they have the rest of one of them.
ApiKeyModule.forRoot({
  authorizer,
  tenant: (request: Request) => request.get('x-tenant'),
  ip: (request: Request) => request.socket.remoteAddress,
  onDenied: (decision, _: Request, response: Response) => response.status(404).json(decision.reason),
})
ApiKeyModule.forRoot({
  authorizer,
  tenant: (request: FastifyRequest) => request.hostname,
  ip: (request: FastifyRequest) => trustedClientIp({ trust: ['loopback'] })(request.raw),
  onDenied: (_, __: FastifyRequest, reply: FastifyReply) => reply.code(404).send(),
})
expectTypeOf<Request>().toExtend<NestRequest>()
expectTypeOf<FastifyRequest>().toExtend<NestRequest>()

ApiKeyModule.forRoot({ authorizer, tenant: tenantFromKey, optional: process.env.OPEN === '1' })
ApiKeyModule.forRoot({ authorizer, tenant: tenantFromHeader('x-tenant'), ip: undefined, optional: undefined })

// What is injected has the types that the factory says.
ApiKeyModule.forRootAsync({
  inject: ['AUTHORIZER', { token: 'TENANT', optional: true }],
  useFactory: async (given: Authorizer, tenant?: string) => ({
    authorizer: given,
    tenant: tenant ?? ((request: FastifyRequest) => request.hostname),
  }),
})
ApiKeyModule.forRootAsync({ useFactory: () => ({ authorizer, tenant: 'acme' }) })

expectTypeOf<ApiKeyDeniedException['decision']>().toEqualTypeOf<Denied>()
expectTypeOf<Parameters<typeof ApiKeyModule.forRoot>[0]>().toExtend<ApiKeyModuleOptions>()

// @ts-expect-error: a tenant has no default.
ApiKeyModule.forRoot({ authorizer })
// @ts-expect-error: an authorizer has none either.
ApiKeyModule.forRoot({ tenant: 'acme' })
// @ts-expect-error: an option that does not exist.
ApiKeyModule.forRoot({ authorizer, tenant: 'acme', optinal: true })
// @ts-expect-error: a list is no tenant.
ApiKeyModule.forRoot({ authorizer, tenant: () => ['acme'] })
// @ts-expect-error: the options are checked in a factory, too.
ApiKeyModule.forRootAsync({ useFactory: () => ({ authorizer }) })
// @ts-expect-error: roles are texts.
RequireRole(1)
