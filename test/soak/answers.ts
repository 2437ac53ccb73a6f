import type { DenialReason } from 'rest-api-key'

/** What requests are like. `valid` is what the key's owner sends. */
export const kinds = ['valid', 'wrong tenant', 'wrong address', 'unknown', 'malformed', 'missing'] as const

export type Kind = (typeof kinds)[number]

export type Outcome = 'allowed' | 'allowed as another' | DenialReason

/** One request and how it was answered, on the clock that all processes share. */
export interface Answer {
  readonly kind: Kind
  /** The number of its key, or -1. */
  readonly slot: number
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly outcome: Outcome
}
