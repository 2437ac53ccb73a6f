import type { IncomingMessage } from 'node:http'
import {
  type Allowed,
  type Anonymous,
  type Authorizer,
  type AuthorizerOptions,
  type ChangeFeed,
  type ChangeListener,
  createAuthorizer,
  type Decision,
  type DenialCause,
  type DenialReason,
  type Denied,
  type DeniedResponse,
  type Digest,
  headerLinesOf,
  isRestApiKeyError,
  type KeyRecord,
  type KeyStore,
  memoryStore,
  type Principal,
  type RestApiKeyError,
  type RestApiKeyErrorCode,
  tenantFromKey,
  tenantFromParam,
} from 'rest-api-key'
import { type KeyStoreHarness, keyStoreCases } from 'rest-api-key/testing'
import { expectTypeOf } from 'vitest'

declare const authorizer: Authorizer
declare const req: IncomingMessage
const request = { headerLines: headerLinesOf(req), tenantId: 'acme' }

// A decision is narrowed by `allowed`.
const decision = await authorizer.authorize(request)
expectTypeOf(decision).toEqualTypeOf<Decision>()
if (decision.allowed) {
  expectTypeOf(decision).toEqualTypeOf<Allowed>()
  expectTypeOf(decision.principal).toEqualTypeOf<Principal>()
  expectTypeOf(decision.principal.onBehalfOf).toEqualTypeOf<string | null>()
} else {
  expectTypeOf(decision).toEqualTypeOf<Denied>()
  expectTypeOf(decision.reason).toEqualTypeOf<DenialReason>()
  expectTypeOf(decision.cause).toEqualTypeOf<DenialCause | undefined>()
  expectTypeOf(decision.response).toEqualTypeOf<DeniedResponse>()
  expectTypeOf(new Response(decision.response.body, decision.response)).toEqualTypeOf<Response>()
}
// @ts-expect-error: a refusal has no principal.
decision.principal
// @ts-expect-error: decisions are shared and frozen.
decision.allowed = true

// `optional` makes the principal nullable, also where its value is not known.
expectTypeOf(await authorizer.authorize({ ...request, optional: false })).toEqualTypeOf<Decision>()
expectTypeOf(await authorizer.authorize({ ...request, optional: true })).toEqualTypeOf<Decision | Anonymous>()
declare const optional: boolean
const either = await authorizer.authorize({ ...request, optional })
if (either.allowed) {
  expectTypeOf(either.principal).toEqualTypeOf<Principal | null>()
  // @ts-expect-error: it may be anonymous.
  either.principal.keyId
}

// A tenant is claimed by a text, by nothing, by the key or by a function.
authorizer.authorize({ ...request, tenantId: undefined, ip: undefined, request: req })
authorizer.authorize({ ...request, tenantId: tenantFromKey })
authorizer.authorize({ ...request, tenantId: async () => null })
// @ts-expect-error: a list is no tenant.
authorizer.authorize({ ...request, tenantId: ['acme'] })
// @ts-expect-error: a resolver over a framework's request is one for an adapter.
authorizer.authorize({ ...request, tenantId: tenantFromParam('tenant') })
// @ts-expect-error: without a tenant there is no decision.
authorizer.authorize({ headerLines: headerLinesOf(req) })

// A store and a feed of one's own are written from the interfaces, without annotations inside.
const rows = new Map<string, KeyRecord>()
const listeners = new Set<ChangeListener>()
const changes: ChangeFeed = {
  subscribe(listener) {
    expectTypeOf(listener).toEqualTypeOf<ChangeListener>()
    listeners.add(listener)
    listener.connected()
    return async () => void listeners.delete(listener)
  },
}
const store: KeyStore = {
  async findByDigest(digest, { signal }) {
    expectTypeOf(digest).toEqualTypeOf<string>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return rows.get(digest) ?? null
  },
  async touch(uses) {
    expectTypeOf(uses).toEqualTypeOf<readonly { readonly id: string; readonly at: Date }[]>()
  },
  changes,
}
class Rows implements KeyStore {
  async findByDigest(digest: string) {
    const record = rows.get(digest)
    return record === undefined ? null : { id: '1', digest, tenantId: record.tenantId, activated: true }
  }
}
createAuthorizer({ store: new Rows(), changes })
createAuthorizer({ store: { findByDigest: async () => null } })
createAuthorizer({ store: memoryStore(), digest: [(id) => id], cache: false })
keyStoreCases(() => ({ store, put: (record) => void rows.set(record.digest, record) }))
expectTypeOf(keyStoreCases).parameter(0).returns.toEqualTypeOf<KeyStoreHarness | Promise<KeyStoreHarness>>()
expectTypeOf<Digest>().toEqualTypeOf<(referenceId: string) => string>()

// @ts-expect-error: a store answers null, not undefined.
export const undefinedStore: KeyStore = { findByDigest: async (digest) => rows.get(digest) }
// @ts-expect-error: 1 is not true.
export const numericRecord: KeyRecord = { id: '1', digest: '', tenantId: 'acme', activated: 1 }
// @ts-expect-error: a store is required.
createAuthorizer({})
// @ts-expect-error: an option that does not exist.
createAuthorizer({ store, cacheSize: 1 })
// @ts-expect-error: a feed must say how a subscription ends.
createAuthorizer({ store, changes: { subscribe() {} } })

// Hooks need no annotation, and what they are told is narrowed like any decision.
createAuthorizer({
  store,
  onDecision: (decided, facts) => {
    expectTypeOf(facts.outcome).toEqualTypeOf<'allowed' | 'anonymous' | 'denied'>()
    expectTypeOf(facts.request).toEqualTypeOf<unknown>()
    if (!decided.allowed) expectTypeOf(decided.reason).toEqualTypeOf<DenialReason>()
  },
})
expectTypeOf<AuthorizerOptions['store']>().toEqualTypeOf<KeyStore>()

// Errors are told apart by their code.
try {
  createAuthorizer({ store })
} catch (error) {
  if (isRestApiKeyError(error)) {
    expectTypeOf(error).toEqualTypeOf<RestApiKeyError>()
    expectTypeOf(error.code).toEqualTypeOf<RestApiKeyErrorCode>()
    // @ts-expect-error: there is no such code.
    error.code === 'no_such_code'
  }
}
