import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { type Principal as PrincipalOfKey, principalFrom } from '../../src/principal.js'
import type { NestRequest } from './nest-request.js'
import { exchangeIn } from './platform.js'

/**
 * A parameter of a handler: the principal of the request.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `ApiKeyGuard` ran, `principal_missing` if the request is anonymous:
 *   both are a 500. Where keys are optional, take `@Req() request` and its `request.apiKey`, which is `null` then.
 *
 * @example
 * ```ts
 * import { Controller, Get, UseGuards } from '@nestjs/common'
 * import { ApiKeyGuard, Principal } from 'rest-api-key/nestjs'
 *
 * @Controller()
 * @UseGuards(ApiKeyGuard)
 * export class WhoAmIController {
 *   @Get('whoami')
 *   whoAmI(@Principal() principal: Principal) {
 *     return principal.keyId
 *   }
 * }
 * ```
 */
export const Principal: () => ParameterDecorator = createParamDecorator((_, context: ExecutionContext) => {
  const [request] = exchangeIn(context)
  return principalOf(request)
})

/** Who a request acts as; the same type as that of `rest-api-key`. */
export type Principal = PrincipalOfKey

/**
 * The principal of an authorized request, for guards, interceptors and providers of your own.
 *
 * @throws {RestApiKeyError} `api_key_auth_missing` if no `ApiKeyGuard` ran, `principal_missing` if the request is anonymous.
 */
export function principalOf(request: object): PrincipalOfKey {
  return principalFrom((request as NestRequest).apiKey)
}
