import type { KeyRecord } from '../key-record.js'

/** A key as its administrators see it: neither the Reference ID nor the digest is in it. */
export interface KeyEntry extends Omit<KeyRecord, 'digest'> {
  /** `null` only for a key that was not made by a manager. */
  readonly groupId: string | null
  readonly description: string | null
  readonly onBehalfOf: string | null
  readonly inRole: string | null
  readonly allowedIps: readonly string[]
  readonly expiresAt: Date | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** By which a person knows the key again: the prefix and the last characters of its Reference ID. Not secret. */
  readonly hint: string
  /** Begins at 1; every change adds 1. A use is no change. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** As far as the application reports uses. */
  readonly lastUsedAt: Date | null
}
