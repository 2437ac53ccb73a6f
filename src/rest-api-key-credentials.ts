import { type CredentialFormat, parserOf } from './credentials.js'

const name = 'rest_api_key'
// Without the `u` flag, `i` folds ASCII letters only: the Kelvin sign is no `k` here.
const claim = /^rest_api_key/i

/**
 * The default format: `Authorization: rest_api_key={Reference ID}`.
 *
 * The name is case-insensitive (ASCII), the Reference ID is 1 to 256 characters of `A-Z a-z 0-9 - . _ ~` and
 * case-sensitive. Nothing may stand around the `=`, before the name or after the Reference ID.
 *
 * @example
 * ```ts
 * import { createAuthorizer, headerCredentials, memoryStore, restApiKeyCredentials } from 'rest-api-key'
 *
 * createAuthorizer({ store: memoryStore(), credentials: [restApiKeyCredentials(), headerCredentials('x-api-key')] })
 * ```
 */
export function restApiKeyCredentials(): CredentialFormat {
  return Object.freeze({
    header: 'authorization',
    name,
    form: 'Authorization: rest_api_key={Reference ID}',
    challenge: (realm: string) => `rest_api_key realm="${realm}"`,
    claims: (value: string) => claim.test(value),
    parse: parserOf(`${name}=`),
  })
}
