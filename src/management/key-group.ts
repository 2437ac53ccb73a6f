/** A group of keys of one tenant. */
export interface KeyGroup {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly description: string | null
  /** Begins at 1; every change adds 1. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
