import { type CredentialFormat, isCredentialFormat } from './credentials.js'
import { invalidOption } from './options.js'
import { restApiKeyCredentials } from './rest-api-key-credentials.js'

/** A Security Scheme Object of OpenAPI 3.0 and 3.1. */
export type OpenApiSecurityScheme =
  | {
      readonly type: 'apiKey'
      readonly in: 'header'
      /** The header. Its whole value is the key as the client must write it. */
      readonly name: string
      readonly description: string
    }
  | { readonly type: 'http'; readonly scheme: 'bearer'; readonly description: string }

/**
 * Describes how a REST API key is sent, for the `securitySchemes` of an application's own OpenAPI document. Of several
 * accepted formats each one is a scheme of its own; `security: [{ first: [] }, { second: [] }]` accepts any of them.
 *
 * OpenAPI has no word for `rest_api_key=`: the default format is a header whose value begins with it, and the
 * description says so to those who try an operation in a browser.
 *
 * @param credentials The format that the authorizer accepts. Default `restApiKeyCredentials()`.
 * @returns A frozen object.
 * @throws {RestApiKeyError} `invalid_option` if it is no credential format.
 *
 * @example
 * ```ts
 * import { bearerCredentials, openApiSecurityScheme } from 'rest-api-key'
 *
 * const document = {
 *   openapi: '3.1.0',
 *   info: { title: 'Incidents', version: '1' },
 *   paths: {},
 *   components: {
 *     securitySchemes: {
 *       restApiKey: openApiSecurityScheme(),
 *       bearer: openApiSecurityScheme(bearerCredentials()),
 *     },
 *   },
 *   security: [{ restApiKey: [] }, { bearer: [] }],
 * }
 * ```
 */
export function openApiSecurityScheme(
  credentials: CredentialFormat = restApiKeyCredentials(),
): OpenApiSecurityScheme {
  if (!isCredentialFormat(credentials)) {
    const expected = 'restApiKeyCredentials(), headerCredentials(name) or bearerCredentials()'
    throw invalidOption('openApiSecurityScheme(credentials)', expected, credentials)
  }
  const { header, name, form } = credentials
  const description = `A REST API key: ${form}`
  if (header === 'authorization' && name === 'bearer') {
    return Object.freeze({ type: 'http', scheme: 'bearer', description })
  }
  return Object.freeze({ type: 'apiKey', in: 'header', name: form.slice(0, form.indexOf(':')), description })
}
