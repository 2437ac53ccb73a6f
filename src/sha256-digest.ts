import type { Digest } from './digest.js'
import { sha256 } from './sha256.js'

/**
 * The default digest: SHA-256 in lower-case hexadecimal digits. One unsalted round is right for generated Reference IDs,
 * which have 178 random bits; for weak imported ones see `hmacSha256Digest`.
 *
 * @example
 * ```ts
 * import { sha256Digest } from 'rest-api-key'
 *
 * sha256Digest()('abc') // 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
 * ```
 */
export function sha256Digest(): Digest {
  return sha256
}
