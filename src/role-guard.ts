import type { Denied } from './decision.js'
import { RestApiKeyError } from './errors.js'
import { invalidOption } from './options.js'
import type { RequestAuthorization } from './request-authorizer.js'

/** The roles of `requireRole`, checked when the route is defined. */
export function parseRoles(roles: readonly unknown[]): readonly string[] {
  if (roles.length === 0) throw new RestApiKeyError('invalid_option', '"requireRole" needs at least one role')
  for (const role of roles) {
    if (typeof role !== 'string' || role === '') {
      throw invalidOption('requireRole(...roles)', 'texts that are not empty', role)
    }
  }
  return [...(roles as readonly string[])]
}

/** Guards a route by role; what it needs to know was left on the request by `apiKeyAuth`. */
export function denialByRole(
  authorization: RequestAuthorization | undefined,
  roles: readonly string[],
  request: unknown,
): Denied | undefined {
  if (authorization === undefined) {
    throw new RestApiKeyError(
      'api_key_auth_missing',
      '"requireRole" needs apiKeyAuth before it on the same request',
    )
  }
  const { authorizer, principal, ip } = authorization
  return authorizer.requireRole({ principal, roles, ip, request })
}
