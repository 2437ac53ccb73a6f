import { randomUUID } from 'node:crypto'
import type { DynamicModule, FactoryProvider, Provider } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import { assertOptions, invalidOption } from '../../src/options.js'
import { ApiKeyDeniedFilter } from './api-key-denied-filter.js'
import { ApiKeyGuard } from './api-key-guard.js'
import type { ApiKeyModuleAsyncOptions, ApiKeyModuleOptions } from './api-key-module-options.js'
import { createNestAuthorizer, nestAuthorizer } from './nest-authorizer.js'
import type { NestRequest, NestResponse } from './nest-request.js'

const moduleId = Symbol.for('rest-api-key.nest-module-id')

/**
 * Provides what `ApiKeyGuard` and `RequireRole` need in the module that imports it; it guards nothing by itself. As a provider
 * of `APP_GUARD` the guard stands before every route of the application. For `@UseGuards(ApiKeyGuard)` in several modules
 * import it in each of them, or make the only one global: `{ ...ApiKeyModule.forRoot(…), global: true }`.
 *
 * @example
 * ```ts
 * import { Controller, Delete, Get, Module, Param } from '@nestjs/common'
 * import { APP_GUARD } from '@nestjs/core'
 * import { createAuthorizer, memoryStore, tenantFromHeader } from 'rest-api-key'
 * import { ApiKeyGuard, ApiKeyModule, Principal, RequireRole } from 'rest-api-key/nestjs'
 *
 * @Controller('incidents')
 * class IncidentsController {
 *   @Get()
 *   list(@Principal() { tenantId }: Principal) {
 *     return { tenantId }
 *   }
 *
 *   @Delete(':id')
 *   @RequireRole('Administrator')
 *   delete(@Principal() { onBehalfOf }: Principal, @Param('id') id: string) {
 *     return { deleted: id, by: onBehalfOf }
 *   }
 * }
 *
 * @Module({
 *   imports: [
 *     ApiKeyModule.forRoot({
 *       authorizer: createAuthorizer({ store: memoryStore() }),
 *       tenant: tenantFromHeader('x-tenant'),
 *     }),
 *   ],
 *   controllers: [IncidentsController],
 *   providers: [{ provide: APP_GUARD, useExisting: ApiKeyGuard }],
 * })
 * export class AppModule {}
 * ```
 */
// biome-ignore lint/complexity/noStaticOnlyClass: A module of NestJS is a class.
export class ApiKeyModule {
  /** @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option. */
  static forRoot<Request = NestRequest, Response = NestResponse>(
    options: ApiKeyModuleOptions<Request, Response>,
  ): DynamicModule {
    const authorize = createNestAuthorizer(options as unknown as ApiKeyModuleOptions)
    return moduleWith({ provide: nestAuthorizer, useValue: authorize })
  }

  /**
   * The same with options that other providers have a part in. What is wrong with them ends the start of the application.
   *
   * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common'
   * import { type Authorizer, createAuthorizer, memoryStore } from 'rest-api-key'
   * import { ApiKeyModule } from 'rest-api-key/nestjs'
   *
   * const AUTHORIZER = Symbol('authorizer')
   *
   * @Module({
   *   providers: [{ provide: AUTHORIZER, useFactory: () => createAuthorizer({ store: memoryStore() }) }],
   *   exports: [AUTHORIZER],
   * })
   * class AuthorizerModule {}
   *
   * export const apiKeys = ApiKeyModule.forRootAsync({
   *   imports: [AuthorizerModule],
   *   inject: [AUTHORIZER],
   *   useFactory: (authorizer: Authorizer) => ({ authorizer, tenant: 'acme' }),
   * })
   * ```
   */
  static forRootAsync<Request = NestRequest, Response = NestResponse>(
    options: ApiKeyModuleAsyncOptions<Request, Response>,
  ): DynamicModule {
    assertOptions('ApiKeyModule.forRootAsync', options, ['imports', 'inject', 'useFactory'])
    const { imports = [], inject = [], useFactory } = options
    if (typeof useFactory !== 'function') throw invalidOption('useFactory', 'a function', useFactory)
    const create = useFactory as unknown as (...injected: readonly unknown[]) => Promise<ApiKeyModuleOptions>
    const provider: FactoryProvider = {
      provide: nestAuthorizer,
      inject: [...inject],
      useFactory: async (...injected: readonly unknown[]) => createNestAuthorizer(await create(...injected)),
    }
    return moduleWith(provider, imports)
  }
}

function moduleWith(provider: Provider, imports: DynamicModule['imports'] = []): DynamicModule {
  return {
    module: ApiKeyModule,
    imports,
    providers: [
      provider,
      ApiKeyGuard,
      { provide: APP_FILTER, useClass: ApiKeyDeniedFilter },
      // NestJS 10 takes dynamic modules that look the same for one and the same.
      { provide: moduleId, useValue: randomUUID() },
    ],
    exports: [nestAuthorizer, ApiKeyGuard],
  }
}
