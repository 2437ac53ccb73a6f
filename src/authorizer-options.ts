import type { ChangeFeed } from './change-feed.js'
import { type CredentialFormat, type Credentials, parseCredentials } from './credentials.js'
import type { Anonymous, Decision } from './decision.js'
import type { DecisionFacts } from './decision-facts.js'
import { type Digest, parseDigests } from './digest.js'
import type { KeyCacheLimits } from './key-cache.js'
import type { KeyStore } from './key-store.js'
import type { LastUsedConfig, LastUsedOptions } from './last-used.js'
import {
  assertMethod,
  assertOptions,
  capacity,
  invalidOption,
  milliseconds,
  optionalFunction,
  wholeNumber,
} from './options.js'
import type { ReferenceIds } from './reference-ids.js'
import { restApiKeyCredentials } from './rest-api-key-credentials.js'
import { sha256Digest } from './sha256-digest.js'

/** How much is remembered of the store, and for how long. */
export interface CacheOptions {
  /** Records kept. Default 10,000. */
  readonly maxEntries?: number
  /** Milliseconds after which a record is read again, whatever a feed says. Default 30,000; 0 reads every time. */
  readonly maxAgeMs?: number
  /** The same while the feed given as `changes` is lost; not above `maxAgeMs`. Default 5,000, or `maxAgeMs` if less. */
  readonly lostFeedMaxAgeMs?: number
  /** Unknown keys remembered, apart from the records. Default 10,000. */
  readonly maxUnknown?: number
  /** Milliseconds for which an unknown key is remembered. Default 5,000. */
  readonly unknownMaxAgeMs?: number
}

/** What an authorizer is made of. */
export interface AuthorizerOptions {
  /** Where the keys are. */
  readonly store: KeyStore
  /** How a Reference ID becomes what the store keeps; a list is searched in order. Default `sha256Digest()`. */
  readonly digest?: Digest | readonly Digest[]
  /** How a request carries its Reference ID; of a list, any one. Default `restApiKeyCredentials()`. */
  readonly credentials?: CredentialFormat | readonly CredentialFormat[]
  /** Refuses a mistyped generated id as unknown without a look-up. Default: no such check. */
  readonly referenceIds?: ReferenceIds
  /** Limits of the cache, or `false` to read the store for every request. */
  readonly cache?: CacheOptions | false
  /** News of changes made elsewhere. Default: none, so that `maxAgeMs` bounds how long a revoked key lives on. */
  readonly changes?: ChangeFeed
  /**
   * Remembers when keys were last used, by the store's `touch`, in batches and apart from the requests; `true` for the
   * defaults. Such a write can neither change a key nor bring one back. Default `false`: nothing is ever written.
   */
  readonly lastUsed?: LastUsedOptions | boolean
  /** Milliseconds after which a look-up is given up and answered with 503. Default 2,000. */
  readonly storeTimeoutMs?: number
  /** Look-ups that may be waited for at once; beyond it the answer is 503. Default 1,000. */
  readonly maxConcurrentLookups?: number
  /** The realm of the challenge (RFC 9110, section 11.5): printable ASCII without `"` and `\`. Default `api`. */
  readonly realm?: string
  /** For logs and metrics: called after each decision. Its return value and its failures are ignored. */
  readonly onDecision?: (decision: Decision | Anonymous, facts: DecisionFacts) => unknown
}

/** Options checked, completed and copied. */
export interface AuthorizerConfig {
  readonly store: KeyStore
  readonly digests: readonly Digest[]
  readonly credentials: Credentials
  readonly referenceIds: ReferenceIds | undefined
  readonly cache: KeyCacheLimits | undefined
  readonly changes: ChangeFeed | undefined
  readonly lastUsed: LastUsedConfig | undefined
  readonly storeTimeoutMs: number
  readonly maxConcurrentLookups: number
  readonly realm: string
  readonly onDecision: AuthorizerOptions['onDecision']
}

const known = [
  'store',
  'digest',
  'credentials',
  'referenceIds',
  'cache',
  'changes',
  'lastUsed',
  'storeTimeoutMs',
  'maxConcurrentLookups',
  'realm',
  'onDecision',
]

export function parseAuthorizerOptions(options: AuthorizerOptions): AuthorizerConfig {
  assertOptions('createAuthorizer', options, known)
  const {
    store,
    referenceIds,
    changes,
    digest = sha256Digest(),
    credentials = restApiKeyCredentials(),
    realm = 'api',
    onDecision,
  } = options
  assertMethod('store', store, 'findByDigest')
  if (referenceIds !== undefined)
    assertMethod('referenceIds', referenceIds, 'check', 'made by referenceIds()')
  if (changes !== undefined) assertMethod('changes', changes, 'subscribe')
  if (store.changes !== undefined) assertMethod('store.changes', store.changes, 'subscribe')
  if (typeof realm !== 'string' || !/^[ !#-[\]-~]+$/.test(realm)) {
    throw invalidOption('realm', 'one or more printable ASCII characters without " and \\', realm)
  }
  optionalFunction('onDecision', onDecision)
  return {
    store,
    digests: parseDigests('digest', digest),
    credentials: parseCredentials('credentials', credentials),
    referenceIds,
    cache: parseCacheOptions(options.cache),
    changes,
    lastUsed: parseLastUsedOptions(options.lastUsed, store),
    storeTimeoutMs: milliseconds('storeTimeoutMs', options.storeTimeoutMs, 2_000, 1),
    maxConcurrentLookups: wholeNumber('maxConcurrentLookups', options.maxConcurrentLookups, 1_000, 1),
    realm,
    onDecision,
  }
}

const knownOfCache = ['maxEntries', 'maxAgeMs', 'lostFeedMaxAgeMs', 'maxUnknown', 'unknownMaxAgeMs']

function parseCacheOptions(options: CacheOptions | false = {}): KeyCacheLimits | undefined {
  if (options === false) return undefined
  assertOptions('cache', options, knownOfCache)
  const number = (name: keyof CacheOptions, read: typeof capacity, fallback: number) =>
    read(`cache.${name}`, options[name], fallback)
  const maxAgeMs = number('maxAgeMs', milliseconds, 30_000)
  const lostFeedMaxAgeMs = number('lostFeedMaxAgeMs', milliseconds, Math.min(5_000, maxAgeMs))
  if (lostFeedMaxAgeMs > maxAgeMs) {
    throw invalidOption('cache.lostFeedMaxAgeMs', `at most "cache.maxAgeMs" (${maxAgeMs})`, lostFeedMaxAgeMs)
  }
  return {
    maxEntries: number('maxEntries', capacity, 10_000),
    maxAgeMs,
    lostFeedMaxAgeMs,
    maxUnknown: number('maxUnknown', capacity, 10_000),
    unknownMaxAgeMs: number('unknownMaxAgeMs', milliseconds, 5_000),
  }
}

function parseLastUsedOptions(
  options: LastUsedOptions | boolean = false,
  store: KeyStore,
): LastUsedConfig | undefined {
  if (options === false) return undefined
  const given: LastUsedOptions = options === true ? {} : options
  assertOptions('lastUsed', given, ['intervalMs', 'maxPending', 'onError'])
  const { intervalMs, maxPending, onError } = given
  optionalFunction('lastUsed.onError', onError)
  assertMethod('store', store, 'touch', 'one with a method touch, because "lastUsed" is given')
  return {
    intervalMs: milliseconds('lastUsed.intervalMs', intervalMs, 60_000, 1),
    maxPending: capacity('lastUsed.maxPending', maxPending, 10_000),
    onError,
    touch: async (uses) => store.touch?.(uses),
  }
}
