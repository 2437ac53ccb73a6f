import { type CredentialFormat, isReferenceId } from './credentials.js'
import { RestApiKeyError } from './errors.js'
import { headerName } from './header-name.js'

/**
 * A header of its own whose whole value is the Reference ID, such as `X-Api-Key: {Reference ID}`.
 *
 * @param name The header's name, a token of RFC 9110, section 5.6.2. Not `authorization`: see `restApiKeyCredentials`
 *   and `bearerCredentials`.
 * @throws {RestApiKeyError} `invalid_option` if the name is no header name.
 *
 * @example
 * ```ts
 * import { createAuthorizer, headerCredentials, memoryStore } from 'rest-api-key'
 *
 * createAuthorizer({ store: memoryStore(), credentials: headerCredentials('x-api-key') })
 * ```
 */
export function headerCredentials(name: string): CredentialFormat {
  const header = headerName('headerCredentials(name)', name)
  if (header === 'authorization') {
    throw new RestApiKeyError(
      'invalid_option',
      '"headerCredentials(name)" cannot read "authorization"; use restApiKeyCredentials() or bearerCredentials()',
    )
  }
  return Object.freeze({
    header,
    name: '',
    form: `${name}: {Reference ID}`,
    challenge: (realm: string) => `ApiKey realm="${realm}", header="${header}"`,
    claims: () => true,
    parse: (value: string) => (isReferenceId(value) ? value : undefined),
  })
}
