/** What the options and a fault are set to; all in milliseconds. */
export interface Timing {
  readonly storeTimeoutMs: number
  /** `cache.maxAgeMs` of an authorizer without a feed. */
  readonly agedMaxAgeMs: number
  /** `cache.maxAgeMs` of one with a feed. */
  readonly maxAgeMs: number
  readonly lostFeedMaxAgeMs: number
  /** Of the feeds over a connection of their own. */
  readonly heartbeatMs: number
  /** Of polling. */
  readonly intervalMs: number
  /** Of all feeds. */
  readonly timeoutMs: number
  /** How long a fault lasts. */
  readonly faultMs: number
  /** How long answers wait in a slow network. */
  readonly slowMs: number
  /** Between two requests with the same key. */
  readonly sampleMs: number
  /** What may come on top of a bound. */
  readonly marginMs: number
  /** After the fault, until every look-up is answered. */
  readonly recoveryMs: number
  /** After the fault, until the feed is connected. */
  readonly feedRecoveryMs: number
}

/** The defaults of the library, but for the maximum age without a feed: it must end within the fault. */
export const defaults: Timing = {
  storeTimeoutMs: 2_000,
  agedMaxAgeMs: 6_000,
  maxAgeMs: 30_000,
  lostFeedMaxAgeMs: 5_000,
  heartbeatMs: 2_000,
  intervalMs: 1_000,
  timeoutMs: 2_000,
  faultMs: 12_000,
  slowMs: 5_000,
  sampleMs: 50,
  marginMs: 500,
  recoveryMs: 5_000,
  feedRecoveryMs: 8_000,
}

/** Shorter, and with a margin for servers that other tests keep from running. */
export const short: Timing = {
  ...defaults,
  storeTimeoutMs: 1_000,
  agedMaxAgeMs: 2_500,
  lostFeedMaxAgeMs: 1_000,
  heartbeatMs: 500,
  intervalMs: 250,
  timeoutMs: 750,
  faultMs: 6_000,
  slowMs: 2_500,
  marginMs: 1_000,
}
