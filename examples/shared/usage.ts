import type { Server } from 'node:http'
import { authorizationFor } from 'rest-api-key'
import { exampleKeys } from './keys.js'

const { acmeAdministrator, acmeOperator, globexAdministrator } = exampleKeys

/** Prints where an incident API listens and what can be tried there. */
export function printUsage(server: Pick<Server, 'address'>): void {
  const url = urlOf(server)
  console.log(`Listening on ${url}; Ctrl-C ends it. Try in another terminal:\n\n${curlLines(url)}\n`)
}

export function urlOf(server: Pick<Server, 'address'>): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return `http://127.0.0.1:${address.port}`
}

/** Lines for a shell; the comment before each begins with the status of the answer. */
export function curlLines(url: string): string {
  const curl = (path: string, tenant: string, key?: { readonly referenceId: string }) => {
    const line = `curl -i ${url}${path} -H 'X-Tenant: ${tenant}'`
    return key ? `${line} -H 'Authorization: ${authorizationFor(key.referenceId)}'` : line
  }
  const json = `-H 'Content-Type: application/json' -d '{"title":"Disk is full"}'`

  return [
    '# 200: the incidents of acme',
    curl('/incidents', 'acme', acmeOperator),
    '# 401: no key',
    curl('/incidents', 'acme'),
    '# 401: a key of globex',
    curl('/incidents', 'acme', globexAdministrator),
    '# 201: a new incident',
    `${curl('/incidents', 'acme', acmeOperator)} ${json}`,
    '# 403: an operator may not delete it',
    `${curl('/incidents/INC-1', 'acme', acmeOperator)} -X DELETE`,
    '# 204: an administrator may',
    `${curl('/incidents/INC-1', 'acme', acmeAdministrator)} -X DELETE`,
  ].join('\n')
}
