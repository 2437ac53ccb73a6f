import type { TenantSource } from '../../src/tenant.js'
import { linesOf } from './header-lines.js'

/** A request as a shared tenant resolver sees it. */
export function tenantSource(
  parts: {
    readonly headers?: Parameters<typeof linesOf>[0]
    readonly host?: string | undefined
    readonly params?: Readonly<Record<string, unknown>>
  } = {},
): TenantSource {
  const { headers = {}, host, params = {} } = parts
  return { headerLines: linesOf(headers), host: () => host, param: (name) => params[name] }
}
