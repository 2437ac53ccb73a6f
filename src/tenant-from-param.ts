import { invalidOption } from './options.js'
import { createTenantResolver, type TenantResolver } from './tenant.js'

/**
 * The tenant is a parameter of the route, such as `:tenant` in `/tenants/:tenant/incidents`. The middleware must run
 * where the framework has matched it already: in Express and Koa on the route or on the router that is mounted there.
 *
 * @throws {RestApiKeyError} `invalid_option` if the name is empty.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import { createAuthorizer, memoryStore, tenantFromParam } from 'rest-api-key'
 * import { apiKeyAuth } from 'rest-api-key/express'
 *
 * const authorizer = createAuthorizer({ store: memoryStore() })
 * express().use('/tenants/:tenant', apiKeyAuth(authorizer, { tenant: tenantFromParam('tenant') }))
 * ```
 */
export function tenantFromParam(name: string): TenantResolver {
  if (typeof name !== 'string' || name === '') {
    throw invalidOption('tenantFromParam(name)', 'the name of a route parameter', name)
  }
  return createTenantResolver(({ param }) => {
    const value = param(name)
    return typeof value === 'string' ? value : undefined
  })
}
