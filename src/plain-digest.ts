import { type Digest, plainPrefix } from './digest.js'

/**
 * For a legacy table that keeps Reference IDs in clear: `plain:` and the Reference ID. Whoever reads such a table can
 * use every key in it; give it last in a list while you migrate, and keep clear ids and digests in different columns.
 *
 * A key manager never writes with it. The cache and the feeds know such a record by the SHA-256 of the whole text.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore, plainDigest, sha256Digest } from 'rest-api-key'
 *
 * createAuthorizer({ store: memoryStore(), digest: [sha256Digest(), plainDigest()] })
 * ```
 */
export function plainDigest(): Digest {
  return (referenceId) => plainPrefix + referenceId
}
