/**
 * For NestJS 10 and 11, on Express and on Fastify.
 *
 * @module rest-api-key/nestjs
 */

export { ApiKeyDeniedException } from './nestjs/api-key-denied-exception.js'
export { ApiKeyGuard } from './nestjs/api-key-guard.js'
export { ApiKeyModule } from './nestjs/api-key-module.js'
export type { ApiKeyModuleAsyncOptions, ApiKeyModuleOptions } from './nestjs/api-key-module-options.js'
export type { NestRequest, NestResponse } from './nestjs/nest-request.js'
export { Principal, principalOf } from './nestjs/principal.js'
export { RequireRole } from './nestjs/require-role.js'
