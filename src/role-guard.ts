import type { Denied } from './decision.js'
import { listOf } from './options.js'
import { apiKeyAuthMissing } from './principal.js'
import type { RequestAuthorization } from './request-authorizer.js'

/** The roles of `requireRole`, checked when the route is defined. */
export function parseRoles(roles: readonly unknown[]): readonly string[] {
  return listOf('requireRole(...roles)', roles, isRole, 'at least one text, and none that is empty')
}

function isRole(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** Guards a route by role; what it needs to know was left on the request by `apiKeyAuth`. */
export function denialByRole(
  authorization: RequestAuthorization | undefined,
  roles: readonly string[],
  request: unknown,
): Denied | undefined {
  if (authorization === undefined) throw apiKeyAuthMissing('requireRole')
  const { authorizer, principal, ip } = authorization
  return authorizer.requireRole({ principal, roles, ip, request })
}
