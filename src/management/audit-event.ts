import type { ManagementAction } from './management-action.js'

/** Who did what, when; written in the transaction of the change. It never holds a Reference ID or a digest. */
export interface AuditEvent {
  readonly id: string
  readonly tenantId: string
  readonly at: Date
  readonly actor: { readonly userId: string; readonly role: string | null }
  readonly action: ManagementAction
  /** `done` if it was written; `refused` attempts are told to `onAudit` only. */
  readonly outcome: 'done' | 'refused'
  readonly groupId: string | null
  readonly keyId: string | null
  /** The group or key before and after, as JSON values; `null` where there was or is none. */
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}
