import { type CanActivate, type ExecutionContext, Inject, mixin, Optional, UseGuards } from '@nestjs/common'
import { requestAuthorization } from '../../src/request-authorizer.js'
import { denialByRole, parseRoles } from '../../src/role-guard.js'
import { type NestAuthorizer, nestAuthorizer, refuse } from './nest-authorizer.js'
import type { AuthorizedRequest } from './nest-request.js'
import { exchangeIn } from './platform.js'

/**
 * Guards a controller or a handler by *In Role*: any one of the roles is enough; on both, both must be satisfied. Others
 * are refused with 403, anonymous requests with 401. The key is checked before, whether `ApiKeyGuard` stands there or not.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. Without `ApiKeyModule` a request fails with
 *   `api_key_auth_missing`.
 *
 * @example
 * ```ts
 * import { Controller, Post } from '@nestjs/common'
 * import { RequireRole } from 'rest-api-key/nestjs'
 *
 * @Controller()
 * export class IndexController {
 *   @Post('reindex')
 *   @RequireRole('Operator', 'Administrator')
 *   reindex() {}
 * }
 * ```
 */
export function RequireRole(...roles: readonly string[]): MethodDecorator & ClassDecorator {
  const required = parseRoles(roles)

  class RoleGuard implements CanActivate {
    readonly #authorize: NestAuthorizer | undefined

    constructor(authorize: NestAuthorizer | undefined) {
      this.#authorize = authorize
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const [request, response] = exchangeIn(context)
      const { [requestAuthorization]: left } = request as AuthorizedRequest
      const authorization = left ?? (await this.#authorize?.(request, response))
      const denied = denialByRole(authorization, required, request)
      return denied === undefined || refuse(denied, authorization, request, response)
    }
  }
  // As functions: the build writes no decorators.
  Optional()(RoleGuard, undefined, 0)
  Inject(nestAuthorizer)(RoleGuard, undefined, 0)
  return UseGuards(mixin(RoleGuard))
}
