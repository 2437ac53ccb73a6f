import crypto from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createAuthorizer } from 'rest-api-key'

/** Longer than any run, for caches that must not read again meanwhile. */
const forEverMs = 2_147_483_647

export const tenantId = 'acme'
export const clientIp = '192.0.2.7'

/** Reference IDs of 43 characters, as a random number of 256 bits has in base64url. */
export function createIds(count) {
  return Array.from({ length: count }, () => crypto.randomBytes(32).toString('base64url'))
}

export function digestOf(id) {
  return crypto.hash('sha256', id, 'hex')
}

/** A text of its own, in one piece, as it comes from a socket or a driver. */
function fresh(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** A store that knows a key for every digest; each record is made anew, as a driver makes it of a row. */
export function storeOf(allowedIps = () => null) {
  return {
    async findByDigest(digest) {
      return {
        id: fresh(crypto.randomUUID()),
        digest,
        tenantId: fresh(tenantId),
        activated: true,
        allowedIps: allowedIps(),
      }
    },
  }
}

/**
 * An authorizer with these keys in its cache, and a function that authorizes a request with one of them. What belongs to
 * one request lies in the processor's caches, as it does in a server: the request is one object, which gets another
 * header line each time.
 */
export async function cachedAuthorizer(ids, { store = storeOf(), request: more, ...options } = {}) {
  const authorizer = createAuthorizer({
    store,
    cache: { maxEntries: ids.length, maxAgeMs: forEverMs, unknownMaxAgeMs: forEverMs },
    ...options,
  })
  const lines = ['']
  const request = { headerLines: () => lines, tenantId, ip: clientIp, ...more }
  const values = ids.map((id) => fresh(`rest_api_key=${id}`))
  const authorize = (index) => {
    lines[0] = values[index]
    return authorizer.authorize(request)
  }
  for (const index of ids.keys()) await authorize(index)
  return { authorizer, authorize, request }
}

/** The least that a check must do: one SHA-256, and one look-up in a cache whose entries age. */
export function hashAndGet(ids) {
  const records = new LRUCache({ max: ids.length, ttl: forEverMs })
  for (const id of ids) records.set(digestOf(id), { id })
  return async (index) => records.get(crypto.hash('sha256', ids[index], 'hex'))
}
