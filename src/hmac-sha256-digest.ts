import crypto from 'node:crypto'
import type { Digest } from './digest.js'
import { assertOptions, invalidOption, invalidSecret } from './options.js'

const minPepperBytes = 16

/** What the digest depends on. */
export interface HmacSha256DigestOptions {
  /** The secret that the application keeps outside the database; at least 16 bytes (a text counts in UTF-8). */
  readonly pepper: string | Uint8Array
}

/**
 * HMAC-SHA-256 (RFC 2104) under a pepper, in lower-case hexadecimal digits. It protects imported Reference IDs that are
 * short or guessable, for as long as the pepper does not leak together with the database.
 *
 * To rotate the pepper, give both: `digest: [hmacSha256Digest({ pepper: next }), hmacSha256Digest({ pepper: old })]`.
 *
 * @throws {RestApiKeyError} `invalid_option` if the pepper is missing or shorter than 16 bytes.
 *
 * @example
 * ```ts
 * import { createAuthorizer, hmacSha256Digest, memoryStore } from 'rest-api-key'
 *
 * const pepper = process.env['API_KEY_PEPPER'] ?? 'only for this example'
 * createAuthorizer({ store: memoryStore(), digest: hmacSha256Digest({ pepper }) })
 * ```
 */
export function hmacSha256Digest(options: HmacSha256DigestOptions): Digest {
  assertOptions('hmacSha256Digest', options, ['pepper'])
  const { pepper } = options
  if (typeof pepper !== 'string' && !(pepper instanceof Uint8Array)) {
    throw invalidSecret('pepper', 'a string or bytes', pepper)
  }
  const bytes = Buffer.from(pepper as string)
  if (bytes.length < minPepperBytes) {
    throw invalidOption('pepper', `at least ${minPepperBytes} bytes long`, bytes.length)
  }
  const key = crypto.createSecretKey(bytes)
  return (referenceId) => crypto.createHmac('sha256', key).update(referenceId).digest('hex')
}
