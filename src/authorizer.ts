import type { AuthorizationRequest } from './authorization-request.js'
import { type AuthorizerOptions, parseAuthorizerOptions } from './authorizer-options.js'
import type { CachedKey } from './cached-key.js'
import { firstFailure } from './checks.js'
import { malformed, missing, readCredentials } from './credentials.js'
import type { Anonymous, Decision, DenialCause, DenialReason, Denied } from './decision.js'
import type { DecisionFacts } from './decision-facts.js'
import { RestApiKeyError } from './errors.js'
import { explain } from './explain.js'
import type { Explanation } from './explanation.js'
import { subscribe } from './feeds.js'
import { parseIpAddress } from './ip-address.js'
import { KeyCache } from './key-cache.js'
import { KeyLookup } from './key-lookup.js'
import { LastUsed } from './last-used.js'
import { notify } from './notify.js'
import { invalidSecret } from './options.js'
import type { Principal } from './principal.js'
import { createResponses } from './response.js'
import { foreignError, storeError } from './store-error.js'
import { isTenantFromKey, type TenantClaim } from './tenant.js'

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

  function deny(reason: DenialReason, cause?: DenialCause): Denied {
    const denied: Denied = { allowed: false, reason, response: responses[reason] }
    return Object.freeze(cause === undefined ? denied : { ...denied, cause })
  }

  async function decide(request: AuthorizationRequest, trace?: Trace): Promise<Decision | Anonymous> {
    if (closed) return deny('store_unavailable', new RestApiKeyError('closed', 'The authorizer is closed'))
    const referenceId = readCredentials(credentials, request.headerLines)
    if (referenceId === missing) return request.optional === true ? anonymous : deny('missing_credentials')
    if (referenceId === malformed) return deny('malformed_credentials')

    let claim = request.tenantId
    if (typeof claim === 'function') {
      try {
        const resolved = claim()
        claim = isThenable(resolved) ? await resolved : resolved
      } catch (error) {
        return deny('store_unavailable', foreignError('tenant_failed', 'The tenant resolver failed', error))
      }
    }
    if (trace !== undefined) trace.claim = claim
    let key: CachedKey | null | undefined
    try {
      key = cachedKey(referenceId)
      if (key === undefined) {
        if (referenceIds?.check(referenceId) === 'mistyped')
          return deny('unknown_key', 'reference_id_mistyped')
        key = await findKey(referenceId)
      }
    } catch (error) {
      return deny('store_unavailable', storeError(error))
    }
    if (key === null) return deny('unknown_key')
    if (trace !== undefined) trace.key = key
    return judge(key, claim, request.ip)
  }

  /** The first candidate is nearly always the one; `undefined` if the cache does not know. */
  function cachedKey(referenceId: string): CachedKey | null | undefined {
    for (const digest of digests) {
      const key = lookup.cached(digest(referenceId))
      if (key !== null) return key
    }
    return null
  }

  /** Unknown only if every candidate is; a failure before a hit is a failure. */
  async function findKey(referenceId: string): Promise<CachedKey | null> {
    for (const digest of digests) {
      const key = await lookup.find(digest(referenceId))
      if (key !== null) return key
    }
    return null
  }

  function judge(key: CachedKey, claim: TenantClaim, ip: string | undefined): Decision {
    const failure = firstFailure(key, claim, ip)
    if (failure !== undefined) return deny(failure.reason, failure.cause?.(claim, ip))
    lastUsed?.note(key.allowed.principal.keyId)
    return key.allowed
  }

  function tell(
    decision: Decision | Anonymous,
    request: Pick<AuthorizationRequest, 'ip' | 'request'>,
    startedAtMs: number,
    keyId: string | undefined,
    tenantId: string | undefined,
  ): void {
    const facts = {
      outcome: outcomeOf(decision),
      keyId,
      tenantId,
      ip: parseIpAddress(request.ip) && request.ip,
      durationMs: performance.now() - startedAtMs,
    } satisfies Omit<DecisionFacts, 'request'>
    Object.defineProperty(facts, 'request', { value: request.request })
    notify(onDecision, decision, facts as unknown as DecisionFacts)
  }

  async function decideAndTell(request: AuthorizationRequest): Promise<Decision | Anonymous> {
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
    authorize: (onDecision === undefined
      ? (request) => decide(request)
      : decideAndTell) as Authorizer['authorize'],

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

    explain: (request: AuthorizationRequest) => explain(request, { config, lookup, cache }),

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

/** Not `instanceof Promise`: a promise of another realm is one too. */
function isThenable(value: TenantClaim | Promise<TenantClaim>): value is Promise<TenantClaim> {
  return typeof (value as Partial<Promise<TenantClaim>> | null | undefined)?.then === 'function'
}

function outcomeOf(decision: Decision | Anonymous): DecisionFacts['outcome'] {
  if (!decision.allowed) return 'denied'
  return decision.principal === null ? 'anonymous' : 'allowed'
}
