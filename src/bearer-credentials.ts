import { type CredentialFormat, parserOf } from './credentials.js'

const name = 'bearer'
const claim = /^bearer(?![!#$%&'*+\-.^_`|~0-9A-Za-z])/i

/**
 * `Authorization: Bearer {Reference ID}` (RFC 6750, section 2.1), for clients that can send nothing else.
 *
 * It claims every Bearer token: do not use it beside another Bearer scheme, such as OAuth access tokens.
 *
 * @example
 * ```ts
 * import { bearerCredentials, createAuthorizer, memoryStore, restApiKeyCredentials } from 'rest-api-key'
 *
 * createAuthorizer({ store: memoryStore(), credentials: [restApiKeyCredentials(), bearerCredentials()] })
 * ```
 */
export function bearerCredentials(): CredentialFormat {
  return Object.freeze({
    header: 'authorization',
    name,
    form: 'Authorization: Bearer {Reference ID}',
    challenge: (realm: string) => `Bearer realm="${realm}"`,
    claims: (value: string) => claim.test(value),
    parse: parserOf(`${name} `),
  })
}
