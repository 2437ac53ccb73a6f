import type { RequestListener } from 'node:http'
import { tenantFromHeader } from 'rest-api-key'
import { apiKeyAuth, requireRole } from 'rest-api-key/node'
import type { App } from './app.js'

/** What is guarded of the small API once more, by the adapter of `node:http`. */
export function nodeListener({ authorizer }: App): RequestListener {
  const operators = requireRole('Operator')((_, res) => void res.end('operator'))
  return apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') })((req, res) => {
    if (req.url?.endsWith('/operators')) return operators(req, res)
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify(req.apiKey))
  })
}
