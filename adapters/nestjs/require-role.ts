import { type CanActivate, type ExecutionContext, Inject, mixin, Optional, UseGuards } from '@nestjs/common'
import { authorizationOf } from '../../src/authorization-of.js'
import { denialByRole, parseRoles } from '../../src/role-guard.js'
import { type NestAuthorizer, nestAuthorizer, refuse } from './nest-authorizer.js'
import { exchangeIn } from './platform.js'

/**
 * Guards a controller or a handler by *In Role*: any one of the roles is enough; on both, both must be satisfied. Others
 * are refused with 403, anonymous requests with 401. The key is checked before, whether `ApiKeyGuard` stands there or not;
 * once for a request, however many of them do.
 *
 * @throws {RestApiKeyError} `invalid_option` if no role is named. In a module without `ApiKeyModule` it goes by the guard of
 *   the application; a request that no guard has seen fails there with `api_key_auth_missing`.
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
      // What another `apiKeyAuth` has left says nothing about the tenant of this module.
      const authorization = this.#authorize
        ? await this.#authorize(request, response)
        : authorizationOf(request)
      const denied = denialByRole(authorization, required, request)
      return denied === undefined || refuse(denied, authorization, request, response)
    }
  }
  // As functions: the build writes no decorators.
  Optional()(RoleGuard, undefined, 0)
  Inject(nestAuthorizer)(RoleGuard, undefined, 0)
  return UseGuards(mixin(RoleGuard))
}
