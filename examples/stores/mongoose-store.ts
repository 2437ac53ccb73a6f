// A sketch: it compiles and passes the conformance cases over a double, but was never run against a MongoDB server.
import type { KeyRecord, KeyStore } from 'rest-api-key'

/** What it needs of a Mongoose model. `sha256` has a unique index, and neither it nor the collection a collation. */
export interface TokenModel {
  findOne(filter: { sha256: { $eq: string } }): { lean(): PromiseLike<TokenDocument | null> }
}

type SameNames = 'description' | 'onBehalfOf' | 'inRole' | 'allowedIps' | 'expiresAt' | 'metadata'

export interface TokenDocument extends Pick<KeyRecord, SameNames> {
  _id: unknown
  sha256: string
  customer: string
  isActive: boolean
}

/** The keys in a collection of an application that had keys of its own before. */
export function mongooseStore(tokens: TokenModel): KeyStore {
  return {
    async findByDigest(digest) {
      const token = await tokens.findOne({ sha256: { $eq: digest } }).lean()
      if (token === null) return null
      const { _id, sha256, customer, isActive, ...facts } = token
      return { ...facts, id: String(_id), digest: sha256, tenantId: customer, activated: isActive }
    },
  }
}
