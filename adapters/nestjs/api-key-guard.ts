import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { type NestAuthorizer, nestAuthorizer } from './nest-authorizer.js'
import { exchangeIn } from './platform.js'

/**
 * Lets a request pass only with a REST API key of its tenant, and sets `request.apiKey`: for `@UseGuards(ApiKeyGuard)`, and
 * for the whole application as `{ provide: APP_GUARD, useExisting: ApiKeyGuard }`. `ApiKeyModule` says how.
 *
 * It fails with `unsupported_request` where there is no HTTP request: in gateways, microservices and GraphQL resolvers.
 *
 * @example
 * ```ts
 * import { Controller, Get, UseGuards } from '@nestjs/common'
 * import { ApiKeyGuard, Principal } from 'rest-api-key/nestjs'
 *
 * @Controller('incidents')
 * @UseGuards(ApiKeyGuard)
 * export class IncidentsController {
 *   @Get()
 *   list(@Principal() { tenantId }: Principal) {
 *     return { tenantId }
 *   }
 * }
 * ```
 */
export class ApiKeyGuard implements CanActivate {
  readonly #authorize: NestAuthorizer

  constructor(authorize: NestAuthorizer) {
    this.#authorize = authorize
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.#authorize(...exchangeIn(context))
    return true
  }
}

// As functions: the build writes no decorators.
Injectable()(ApiKeyGuard)
Inject(nestAuthorizer)(ApiKeyGuard, undefined, 0)
