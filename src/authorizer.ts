import { createAddressReader } from './address-reader.js'
import type { AuthorizationRequest } from './authorization-request.js'
import { type AuthorizerOptions, parseAuthorizerOptions } from './authorizer-options.js'
import type { CachedKey } from './cached-key.js'
import { firstFailure } from './checks.js'
import { malformed, missing, readCredentials } from './credentials.js'
import { withDecide } from './decide-at-once.js'
import type { Anonymous, Decision, Denied } from './decision.js'
import type { DecisionFacts } from './decision-facts.js'
import { createDeny } from './denials.js'
import type { Digest } from './digest.js'
import { RestApiKeyError } from './errors.js'
import type { Explanation } from './explanation.js'
import { subscribe } from './feeds.js'
import { KeyCache } from './key-cache.js'
import { KeyLookup } from './key-lookup.js'
import { LastUsed } from './last-used.js'
import { notify } from './notify.js'
import { invalidSecret } from './options.js'
import type { Principal } from './principal.js'
import { createResponses } from './response.js'
import { foreignError, storeError } from './store-error.js'
import { isTenantFromKey, type TenantClaim } from './tenant.js'
import { isPromiseLike } from './when-ready.js'

/** A request that was authorized already, for `requireRole`. */
export interface RoleRequest extends Pick<AuthorizationRequest, 'ip' | 'request'> {
  /** `null` for an anonymous request. */
  readonly principal: Principal | null
  /** Any one of them is enough. */
  readonly roles: readonly string[]
}

/** The framework-agnostic core; made by {@link createAuthorizer}. */
export interface Authorizer {
  /**
   * Decides about one request. A refusal is a value and so is a failing store (503): the promise rejects only if
   * `headerLines` throws.
   */
  authorize(request: AuthorizationRequest & { readonly optional?: false | undefined }): Promise<Decision>
  /** The same, where credentials may be optional. */
  authorize(request: AuthorizationRequest): Promise<Decision | Anonymous>
  /** The refusal of a principal that is in none of the roles, or `undefined` if it is in one. Calls `onDecision` for a refusal. */
  requireRole(request: RoleRequest): Denied | undefined
  /** For operators: runs every check on what the store says now. Fills no cache, calls no hook, tells the client nothing. */
  explain(request: AuthorizationRequest): Promise<Explanation>
  /** A request that starts after this call reads the key with this digest afresh. */
  invalidate(digest: string): void
  /** The same for every key. */
  flush(): void
  /**
   * Ends the feeds, writes the last uses and forgets what is cached; every later request is refused with 503. Nothing of
   * the authorizer keeps the process alive afterwards. The store and its connections are the application's to close.
   */
  close(): Promise<void>
}

type Outcome = Decision | Anonymous

/** What was learnt on the way to a decision, kept only for `onDecision`. */
interface Trace {
  claim?: TenantClaim
  key?: CachedKey
}

/**
 * Creates the authorizer that every adapter wraps.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option and what was expected.
 *
 * @example
 * ```ts
 * import { authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
 *
 * const referenceId = '0123456789ABCDEF0123456789ABCDEF'
 * const authorizer = createAuthorizer({ store: memoryStore({ keys: [{ referenceId, tenantId: 'acme' }] }) })
 * const decision = await authorizer.authorize({
 *   headerLines: (name) => (name === 'authorization' ? [authorizationFor(referenceId)] : []),
 *   tenantId: 'acme',
 *   ip: '192.0.2.7',
 * })
 * decision.allowed // true
 * ```
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const config = parseAuthorizerOptions(options)
  const { credentials, digests, referenceIds, onDecision } = config
  const responses = createResponses(config.realm, credentials)
  const deny = createDeny(responses)
  const readAddress = createAddressReader()
  const headers = Object.freeze({ vary: responses.missing_credentials.headers.vary as string })
  const anonymous: Anonymous = Object.freeze({ allowed: true, principal: null, headers })
  const cache = config.cache && new KeyCache(config.cache)
  const lookup = new KeyLookup({
    store: config.store,
    cache,
    timeoutMs: config.storeTimeoutMs,
    maxConcurrent: config.maxConcurrentLookups,
    headers,
  })
  const lastUsed = config.lastUsed && new LastUsed(config.lastUsed, config.storeTimeoutMs)
  const unsubscribe = subscribe({ store: config.store, changes: config.changes, cache, lookup })
  let closed = false

  /** Not `async`: a request whose key is cached makes one promise, and awaits nothing. */
  function decide(request: AuthorizationRequest, trace?: Trace): Outcome | Promise<Outcome> {
    if (closed) return deny('store_unavailable', new RestApiKeyError('closed', 'The authorizer is closed'))
    const referenceId = readCredentials(credentials, request.headerLines)
    if (referenceId === missing) return request.optional === true ? anonymous : deny('missing_credentials')
    if (referenceId === malformed) return deny('malformed_credentials')

    let claim = request.tenantId
    if (typeof claim === 'function') {
      try {
        const resolved = claim()
        if (isPromiseLike(resolved)) return decideFor(referenceId, resolved, request.ip, trace)
        claim = resolved
      } catch (error) {
        return deny('store_unavailable', tenantError(error))
      }
    }
    return judgeCached(referenceId, claim, request.ip, trace)
  }

  async function decideFor(
    referenceId: string,
    resolving: PromiseLike<TenantClaim>,
    ip: string | undefined,
    trace: Trace | undefined,
  ): Promise<Outcome> {
    let claim: TenantClaim
    try {
      claim = await resolving
    } catch (error) {
      return deny('store_unavailable', tenantError(error))
    }
    return judgeCached(referenceId, claim, ip, trace)
  }

  function judgeCached(
    referenceId: string,
    claim: TenantClaim,
    ip: string | undefined,
    trace: Trace | undefined,
  ): Decision | Promise<Decision> {
    if (trace !== undefined) trace.claim = claim
    try {
      // The first candidate is nearly always the one.
      for (let index = 0; index < digests.length; index++) {
        const digest = (digests[index] as Digest)(referenceId)
        const key = lookup.cached(digest)
        if (key === undefined) return judgeStored(referenceId, index, digest, claim, ip, trace)
        if (key !== null) return judge(key, claim, ip, trace)
      }
    } catch (error) {
      return deny('store_unavailable', storeError(error))
    }
    return deny('unknown_key')
  }

  /** From the first candidate on of which the cache knows nothing, with its digest. */
  async function judgeStored(
    referenceId: string,
    index: number,
    digest: string,
    claim: TenantClaim,
    ip: string | undefined,
    trace: Trace | undefined,
  ): Promise<Decision> {
    let key: CachedKey | null
    try {
      if (referenceIds?.check(referenceId) === 'mistyped') return deny('unknown_key', 'reference_id_mistyped')
      key = await lookup.load(digest)
      // Unknown only if every candidate is; a failure before a hit is a failure.
      for (let next = index + 1; key === null && next < digests.length; next++) {
        key = await lookup.find((digests[next] as Digest)(referenceId))
      }
    } catch (error) {
      return deny('store_unavailable', storeError(error))
    }
    return key === null ? deny('unknown_key') : judge(key, claim, ip, trace)
  }

  function judge(
    key: CachedKey,
    claim: TenantClaim,
    ip: string | undefined,
    trace: Trace | undefined,
  ): Decision {
    if (trace !== undefined) trace.key = key
    const address = key.ipRules === null ? undefined : readAddress(ip)
    const failure = firstFailure(key, claim, address)
    if (failure !== undefined) return deny(failure.reason, failure.cause?.(claim, address))
    if (address !== undefined) key.lastAddress = address
    lastUsed?.note(key.allowed.principal.keyId)
    return key.allowed
  }

  function tell(
    decision: Outcome,
    request: Pick<AuthorizationRequest, 'ip' | 'request'>,
    startedAtMs: number,
    keyId: string | undefined,
    tenantId: string | undefined,
  ): void {
    const facts = {
      outcome: outcomeOf(decision),
      keyId,
      tenantId,
      ip: readAddress(request.ip) === undefined ? undefined : request.ip,
      durationMs: performance.now() - startedAtMs,
    } satisfies Omit<DecisionFacts, 'request'>
    Object.defineProperty(facts, 'request', { value: request.request })
    notify(onDecision, decision, facts as unknown as DecisionFacts)
  }

  /** `headerLines` is the application's and may throw. */
  function decideInPromise(request: AuthorizationRequest): Promise<Outcome> {
    try {
      return Promise.resolve(decide(request))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Always in a later turn, because `onDecision` may ask the authorizer itself. */
  async function decideAndTell(request: AuthorizationRequest): Promise<Outcome> {
    const startedAtMs = performance.now()
    const trace: Trace = {}
    const decision = await decide(request, trace)
    const principal = trace.key?.allowed.principal
    const { claim } = trace
    const tenantId = isTenantFromKey(claim) ? principal?.tenantId : claim
    tell(
      decision,
      request,
      startedAtMs,
      principal?.keyId,
      typeof tenantId === 'string' ? tenantId : undefined,
    )
    return decision
  }

  return Object.freeze({
    authorize:
      onDecision === undefined
        ? withDecide(decideInPromise, decide)
        : (decideAndTell as Authorizer['authorize']),

    requireRole(request: RoleRequest): Denied | undefined {
      const { principal, roles } = request
      if (principal !== null && principal.inRole !== null && roles.includes(principal.inRole))
        return undefined
      const denied = deny(principal === null ? 'missing_credentials' : 'role_not_allowed')
      if (onDecision !== undefined) {
        tell(denied, request, performance.now(), principal?.keyId, principal?.tenantId)
      }
      return denied
    },

    async explain(request: AuthorizationRequest) {
      // Operators ask it, and rarely: applications need not load it at their start.
      const { explain } = await import('./explain.js')
      return explain(request, { config, lookup, cache, readAddress })
    },

    invalidate(digest: string) {
      if (typeof digest !== 'string') throw invalidSecret('digest', 'a digest', digest)
      lookup.invalidate(digest)
    },

    flush: () => lookup.flush(),

    async close() {
      closed = true
      lookup.flush()
      await Promise.all([unsubscribe(), lastUsed?.close()])
    },
  })
}

function tenantError(error: unknown): RestApiKeyError {
  return foreignError('tenant_failed', 'The tenant resolver failed', error)
}

function outcomeOf(decision: Outcome): DecisionFacts['outcome'] {
  if (!decision.allowed) return 'denied'
  return decision.principal === null ? 'anonymous' : 'allowed'
}
