import { invalidOption } from './options.js'
import { createTenantResolver, type TenantResolver } from './tenant.js'

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const domain = new RegExp(`^${label}(?:\\.${label})*$`, 'i')

/**
 * The tenant is the one label in front of a base domain, in lower case: `acme` in `acme.api.example.com:8443` under
 * `api.example.com`. Hosts with more labels, `@`, commas, percent escapes or anything else out of place name none. The
 * host is the one that the framework trusts: a forwarded one only from a proxy that the application trusts.
 *
 * @throws {RestApiKeyError} `invalid_option` if the base is no domain.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore, tenantFromSubdomain } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/express'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * export const middleware = apiKeyAuth(authorizer, { tenant: tenantFromSubdomain('api.example.com') })
 * ```
 */
export function tenantFromSubdomain(base: string): TenantResolver {
  if (typeof base !== 'string' || !domain.test(base)) {
    throw invalidOption('tenantFromSubdomain(base)', 'a domain, such as "api.example.com"', base)
  }
  // Without the `u` flag, `i` folds ASCII letters only.
  const host = new RegExp(`^(${label})\\.${base.replaceAll('.', '\\.')}(?::[0-9]{1,5})?$`, 'i')
  return createTenantResolver(({ headerLines, host: trustedHost }) => {
    const hosts = headerLines('host')
    // Over HTTP/2 a request can name another one in `Host` than in `:authority` (RFC 9113, section 8.3.1).
    const named = new Set([...hosts, ...headerLines(':authority')])
    if (hosts.length > 1 || named.size > 1) return undefined
    return host.exec(trustedHost() ?? '')?.[1]?.toLowerCase()
  })
}
