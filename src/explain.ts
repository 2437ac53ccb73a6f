import type { AddressReader } from './address-reader.js'
import type { AuthorizationRequest } from './authorization-request.js'
import type { AuthorizerConfig } from './authorizer-options.js'
import type { CachedKey } from './cached-key.js'
import { checkDetails, claimText } from './check-details.js'
import { type Check, checks, firstFailure } from './checks.js'
import { malformed, missing, readCredentials } from './credentials.js'
import type { DenialCause, DenialReason } from './decision.js'
import { cacheKeyOf } from './digest.js'
import type { ExplainedCheck, ExplainedCopy, Explanation } from './explanation.js'
import type { KeyCache } from './key-cache.js'
import type { FoundKey, KeyLookup } from './key-lookup.js'
import { foreignError, storeError } from './store-error.js'
import { isResolved, isTenantFromKey, type TenantClaim } from './tenant.js'

interface Core {
  readonly config: AuthorizerConfig
  readonly lookup: KeyLookup
  readonly cache: KeyCache | undefined
  readonly readAddress: AddressReader
}

/** One question; without a value it failed, and without a failure `authorize` goes on all the same. */
interface Step<T> {
  readonly detail: string
  readonly value?: T
  readonly failure?: { readonly reason: DenialReason; readonly cause?: DenialCause | undefined }
}

/** Asks every question of `authorize`, in its order, and does not stop at the first failure. */
export async function explain(request: AuthorizationRequest, core: Core): Promise<Explanation> {
  const credentials = explainCredentials(request, core)
  const tenant = await explainTenant(request)
  const key = credentials.value === undefined ? undefined : await explainKey(credentials.value, core)
  const found = key?.value
  const claim = tenant.value
  const { ip } = request
  const address = core.readAddress(ip)

  const anonymous = request.optional === true && credentials.failure?.reason === 'missing_credentials'
  const failure = anonymous
    ? undefined
    : (credentials.failure ??
      tenant.failure ??
      key?.failure ??
      (found && failedCheck(found.key, claim, address)))
  const principal = found?.key.allowed.principal
  return {
    allowed: failure === undefined,
    reason: failure?.reason,
    cause: failure?.cause,
    keyId: principal?.keyId,
    tenantId: isTenantFromKey(claim) ? principal?.tenantId : (claim ?? undefined),
    checks: [
      explained('credentials', credentials),
      explained('tenant_claim', tenant),
      explained('key', key),
      ...checks.map((check) => explained(check.name, found && askedOf(check, found, claim, ip, address))),
    ],
    cached: credentials.value === undefined ? null : cachedCopy(credentials.value, claim, address, core),
  }
}

function explained(name: ExplainedCheck['name'], step: Step<unknown> | undefined): ExplainedCheck {
  if (step === undefined)
    return { name, outcome: 'unknown', detail: 'An earlier failure left nothing to check.' }
  return { name, outcome: step.value === undefined ? 'failed' : 'passed', detail: step.detail }
}

function askedOf(
  check: Check,
  found: FoundKey,
  claim: TenantClaim,
  ip: string | undefined,
  address: string | undefined,
): Step<true> {
  const detail = checkDetails[check.name](found, claim, ip, address)
  return check.passes(found.key, claim, address) ? { detail, value: true } : { detail }
}

function failedCheck(key: CachedKey, claim: TenantClaim, address: string | undefined) {
  const check = firstFailure(key, claim, address)
  return check && { reason: check.reason, cause: check.cause?.(claim, address) }
}

function explainCredentials(request: AuthorizationRequest, { config }: Core): Step<string> {
  const referenceId = readCredentials(config.credentials, request.headerLines)
  if (referenceId === missing) {
    return { detail: 'The request carries no REST API key.', failure: { reason: 'missing_credentials' } }
  }
  if (referenceId === malformed) {
    const forms = config.credentials.formats.map(({ form }) => form).join(' or ')
    const detail = `The request must carry one REST API key, as ${forms}`
    return { detail, failure: { reason: 'malformed_credentials' } }
  }
  return { value: referenceId, detail: 'The request carries a well-formed Reference ID.' }
}

async function explainTenant({ tenantId }: AuthorizationRequest): Promise<Step<TenantClaim>> {
  try {
    const claim = typeof tenantId === 'function' ? await tenantId() : tenantId
    const detail = `${claimText(claim).replace(/./, (first) => first.toUpperCase())}.`
    return isResolved(claim) ? { value: claim, detail } : { detail }
  } catch (error) {
    const cause = foreignError('tenant_failed', 'The tenant resolver failed', error)
    return { detail: cause.message, failure: { reason: 'store_unavailable', cause } }
  }
}

async function explainKey(referenceId: string, { config, lookup }: Core): Promise<Step<FoundKey>> {
  if (config.referenceIds?.check(referenceId) === 'mistyped') {
    const detail = 'The Reference ID is mistyped: it has the form of a generated one and a wrong check.'
    return { detail, failure: { reason: 'unknown_key', cause: 'reference_id_mistyped' } }
  }
  try {
    for (const digest of config.digests) {
      const found = await lookup.read(digest(referenceId))
      if (found !== null) return { value: found, detail: `The key is ${found.record.id}.` }
    }
  } catch (error) {
    const cause = storeError(error)
    return { detail: cause.message, failure: { reason: 'store_unavailable', cause } }
  }
  return { detail: 'The store knows no key with this Reference ID.', failure: { reason: 'unknown_key' } }
}

/**
 * The copy that `authorize` would come upon: of several candidates the first that is a key. That there is none is in
 * use only if it is for every candidate.
 */
function cachedCopy(
  referenceId: string,
  claim: TenantClaim,
  address: string | undefined,
  { config, cache }: Core,
): ExplainedCopy | null {
  const copies = config.digests.map((digest) => peekOf(() => cache?.peek(cacheKeyOf(digest(referenceId)))))
  const copy = copies.find((one) => one?.key) ?? copies.find((one) => one !== undefined)
  if (copy === undefined) return null
  const { key, ageMs, inUse } = copy
  return key === null
    ? { ageMs, inUse: copies.every((one) => one?.inUse), reason: 'unknown_key' }
    : { ageMs, inUse, reason: firstFailure(key, claim, address)?.reason }
}

/** Where a digest function fails, nothing is cached. */
function peekOf<T>(peek: () => T): T | undefined {
  try {
    return peek()
  } catch {
    return undefined
  }
}
