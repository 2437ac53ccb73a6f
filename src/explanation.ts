import type { DenialCause, DenialReason } from './decision.js'

/** The outcome of one check. */
export interface ExplainedCheck {
  readonly name: 'credentials' | 'tenant_claim' | 'key' | 'activated' | 'not_expired' | 'tenant' | 'ip'
  /** `unknown`: an earlier failure left nothing to check. */
  readonly outcome: 'passed' | 'failed' | 'unknown'
  /** In words, with the values that decided. Holds tenants, addresses and rules: not for the client. */
  readonly detail: string
}

/** What the cache holds of the key; `authorize` uses it while it is young enough. */
export interface ExplainedCopy {
  /** Milliseconds since its read was issued. */
  readonly ageMs: number
  /** Whether a request at this moment is judged by this copy and not by the store. */
  readonly inUse: boolean
  /** The first check that the copy does not pass, as `authorize` would refuse it, or `undefined`. */
  readonly reason: DenialReason | undefined
}

/** What `authorizer.explain` returns. For operators only: it tells what a refusal hides. It holds no Reference ID. */
export interface Explanation {
  readonly allowed: boolean
  /** Why `authorize` refuses such a request, judged by what the store says now. */
  readonly reason: DenialReason | undefined
  readonly cause: DenialCause | undefined
  readonly keyId: string | undefined
  readonly tenantId: string | undefined
  /** Every check, in order. */
  readonly checks: readonly ExplainedCheck[]
  readonly cached: ExplainedCopy | null
}
