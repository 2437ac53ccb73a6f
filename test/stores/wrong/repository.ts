import type { MemoryStore } from 'rest-api-key'
import type { AuditEvent, KeyRepository } from 'rest-api-key/management'

/** A repository that breaks the contract in one way. */
export interface WrongRepository {
  readonly wrong: string
  /** What it does in place of the store that it is given. */
  readonly instead: (store: MemoryStore) => Partial<KeyRepository>
  /** What is there after a restart, unless it is the same. */
  readonly reopen?: () => KeyRepository
  /** The ids of all cases that do not pass. */
  readonly fails: string
}

/** Every item of a list. */
export const everything = { after: null, limit: 10_000, groupId: null, search: null, keyId: null }

/** Nobody reads the audit of this tenant. */
export const hidden = (event: AuditEvent): AuditEvent => ({ ...event, tenantId: 'nobody' })
