/** What `onDecision` learns beside the decision. */
export interface DecisionFacts {
  readonly outcome: 'allowed' | 'anonymous' | 'denied'
  /** The key that was found, also if it was refused. */
  readonly keyId: string | undefined
  /** The tenant that the request claimed; with `tenantFromKey`, the key's. */
  readonly tenantId: string | undefined
  /** The client's address, if it was a valid one. */
  readonly ip: string | undefined
  /** Milliseconds from the call to the decision, fractions included. */
  readonly durationMs: number
  /** The framework's own request. Not enumerable, because it holds the Reference ID: logging the facts must not show it. */
  readonly request: unknown
}
