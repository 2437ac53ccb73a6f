import { invalidSecret, listOf } from './options.js'
import { sha256 } from './sha256.js'

/**
 * Turns a Reference ID into what the store keeps: lower-case hexadecimal digits, from which the Reference ID cannot be
 * found again. Made by `sha256Digest`, `hmacSha256Digest` and `plainDigest`. It must be pure and must not throw.
 */
export type Digest = (referenceId: string) => string

/** What a clear-text digest begins with. No header can carry the colon, so that a stolen digest is no key. */
export const plainPrefix = 'plain:'

/**
 * The name under which the cache and the feeds know a digest. A clear-text one is known by its SHA-256, because neither
 * may hold a Reference ID.
 */
export function cacheKeyOf(digest: string): string {
  return digest.startsWith(plainPrefix) ? sha256(digest) : digest
}

export function parseDigests(option: string, value: unknown): readonly Digest[] {
  const expected =
    'sha256Digest(), hmacSha256Digest({ pepper }), plainDigest() or a list with at least one of them'
  return listOf(option, value, isFunction, expected).map((digest) => checked(option, digest))
}

function isFunction(value: unknown): value is Digest {
  return typeof value === 'function'
}

/** A promise, or bytes, would be looked up and found to be unknown. */
function checked(option: string, digest: Digest): Digest {
  return (referenceId) => {
    const text: unknown = digest(referenceId)
    if (typeof text !== 'string') throw invalidSecret(option, 'a function that returns a text', text)
    return text
  }
}
