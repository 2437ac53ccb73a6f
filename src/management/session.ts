import { randomUUID } from 'node:crypto'
import { RestApiKeyError } from '../errors.js'
import { frozenJson } from '../json.js'
import { notify } from '../notify.js'
import { foreignError } from '../store-error.js'
import type { Actor } from './actor.js'
import type { AuditEvent } from './audit-event.js'
import type { KeyEntry } from './key-entry.js'
import type { KeyManagerConfig } from './key-manager.js'
import type { GroupFacts, KeyFacts, ManagementAction, ManagementTarget } from './management-action.js'

/** One actor at work: asks for permission, and makes and tells the events of the audit. */
export class Session {
  readonly actor: Required<Actor>
  readonly #config: KeyManagerConfig

  constructor(config: KeyManagerConfig, actor: Required<Actor>) {
    this.#config = config
    this.actor = actor
  }

  /**
   * The event of an action that is allowed; it is to be written with the change.
   *
   * @throws {RestApiKeyError} `not_authorized` unless `authorize` returned `true`; the attempt is told to `onAudit`.
   */
  async authorized(
    action: ManagementAction,
    about: Partial<Omit<ManagementTarget, 'tenantId'>>,
  ): Promise<AuditEvent> {
    const { tenantId, userId, role } = this.actor
    const { groupId = null, keyId = null, before = null, after = null } = about
    const target: ManagementTarget = Object.freeze({
      tenantId,
      groupId,
      keyId,
      before: frozenCopy(before),
      after: frozenCopy(after),
    })
    let allowed = false
    let cause: RestApiKeyError | undefined
    try {
      allowed = (await this.#config.authorize(this.actor, action, target)) === true
    } catch (error) {
      cause = foreignError('authorize_failed', '"authorize" failed', error)
    }
    const event: AuditEvent = {
      id: randomUUID(),
      tenantId,
      at: new Date(),
      actor: { userId, role },
      action,
      outcome: allowed ? 'done' : 'refused',
      groupId,
      keyId,
      before: jsonOf(before),
      after: jsonOf(after),
    }
    if (allowed) return event
    this.tell(event)
    throw new RestApiKeyError('not_authorized', `The actor may not do this: ${action}`, cause && { cause })
  }

  tell(event: AuditEvent): void {
    notify(this.#config.onAudit, event)
  }

  /** An attempt that was allowed and came upon nothing in this tenant, such as another tenant's key. */
  tellRefused(event: AuditEvent): void {
    this.tell({ ...event, outcome: 'refused' })
  }

  newKey(id: string, facts: KeyFacts, hint: string, at: Date): KeyEntry {
    const { tenantId } = this.actor
    return { id, tenantId, ...facts, hint, version: 1, createdAt: at, updatedAt: at, lastUsedAt: null }
  }
}

/** `authorize` is the application's code: nothing that it does to its target may reach what is written. */
function frozenCopy<Facts extends GroupFacts | KeyFacts>(facts: Facts | null): Facts | null {
  if (facts === null) return null
  const copy: Record<string, unknown> = structuredClone(facts as Record<string, unknown>)
  Object.freeze(copy.allowedIps)
  if ('metadata' in copy) copy.metadata = frozenJson(copy.metadata)
  return Object.freeze(copy) as Facts
}

function jsonOf(facts: GroupFacts | KeyFacts | null): AuditEvent['before'] {
  return JSON.parse(JSON.stringify(facts)) as AuditEvent['before']
}
