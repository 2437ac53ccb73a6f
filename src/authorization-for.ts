import { isReferenceId, referenceIdForm } from './credentials.js'
import { invalidSecret } from './options.js'

/**
 * The value of the `Authorization` header for a Reference ID: what a test or a client sends.
 *
 * @throws {RestApiKeyError} `invalid_option` if the text cannot be sent as a Reference ID.
 *
 * @example
 * ```ts
 * import { authorizationFor } from 'rest-api-key'
 *
 * await fetch('http://127.0.0.1:3000/incidents', {
 *   headers: { authorization: authorizationFor('0123456789ABCDEF0123456789ABCDEF') },
 * })
 * ```
 */
export function authorizationFor(referenceId: string): string {
  if (typeof referenceId !== 'string' || !isReferenceId(referenceId)) {
    throw invalidSecret('referenceId', referenceIdForm, referenceId)
  }
  return `rest_api_key=${referenceId}`
}
