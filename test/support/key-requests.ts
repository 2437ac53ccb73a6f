import {
  type Anonymous,
  type AuthorizationRequest,
  authorizationFor,
  type Decision,
  type KeyRecord,
  sha256Digest,
} from 'rest-api-key'

/** One that must have a key; spread it and add `optional: true` for another. */
export type KeyRequest = Omit<AuthorizationRequest, 'optional'>

/** A request of tenant `acme` with a key. */
export function requestWith(referenceId: string, more?: Partial<KeyRequest>): KeyRequest {
  return requestOf([authorizationFor(referenceId)], more)
}

/** A request of tenant `acme` with these `Authorization` lines. */
export function requestOf(authorization: readonly string[], more?: Partial<KeyRequest>): KeyRequest {
  return {
    headerLines: (name) => (name === 'authorization' ? authorization : []),
    tenantId: 'acme',
    ip: '192.0.2.7',
    ...more,
  }
}

/** What a store knows of a good key of tenant `acme`. */
export function recordOf(referenceId: string, more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: `key-${referenceId}`,
    digest: sha256Digest()(referenceId),
    tenantId: 'acme',
    activated: true,
    ...more,
  }
}

/** A decision in one word. */
export function outcomeOf(decision: Decision | Anonymous): string {
  if (!decision.allowed) return decision.reason
  return decision.principal === null ? 'anonymous' : 'allowed'
}
