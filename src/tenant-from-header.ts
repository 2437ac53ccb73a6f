import { stripBlanks } from './credentials.js'
import { headerName } from './header-name.js'
import { createTenantResolver, type TenantResolver } from './tenant.js'

/**
 * The tenant is the value of a header. Two lines, an empty one or a value with a comma (two joined lines) name none.
 * The header is added to `Vary`.
 *
 * @throws {RestApiKeyError} `invalid_option` if the name is no header name.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore, tenantFromHeader } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/express'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * export const middleware = apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') })
 * ```
 */
export function tenantFromHeader(name: string): TenantResolver {
  const header = headerName('tenantFromHeader(name)', name)
  return createTenantResolver(
    ({ headerLines }) => {
      const [line, ...more] = headerLines(header)
      if (line === undefined || more.length > 0 || line.includes(',')) return undefined
      return stripBlanks(line) || undefined
    },
    [header],
  )
}
