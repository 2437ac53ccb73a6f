/** One rule of a contract, which runs under any test runner. */
export interface ConformanceCase {
  /** Stable and short, such as `digest-case`. */
  readonly id: string
  /** The rule in words. */
  readonly name: string
  /** Rejects with an `AssertionError` of `node:assert` if the rule is broken. */
  run(): Promise<void>
}
