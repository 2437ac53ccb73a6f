import { randomUUID } from 'node:crypto'
import { RestApiKeyError } from '../errors.js'
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
    const target = { groupId: null, keyId: null, before: null, after: null, ...about, tenantId }
    const allowed = await this.#isAllowed(action, target)
    const event: AuditEvent = {
      id: randomUUID(),
      tenantId,
      at: new Date(),
      actor: { userId, role },
      action,
      outcome: allowed ? 'done' : 'refused',
      groupId: target.groupId,
      keyId: target.keyId,
      before: jsonOf(target.before),
      after: jsonOf(target.after),
    }
    if (allowed) return event
    this.tell(event)
    throw new RestApiKeyError('not_authorized', `The actor may not do this: ${action}`)
  }

  async #isAllowed(action: ManagementAction, target: ManagementTarget): Promise<boolean> {
    try {
      return (await this.#config.authorize(this.actor, action, target)) === true
    } catch {
      return false
    }
  }

  /** A log that fails must not undo what was committed. */
  tell(event: AuditEvent): void {
    try {
      Promise.resolve(this.#config.onAudit?.(event)).catch(() => {})
    } catch {
      // As above.
    }
  }

  newKey(id: string, facts: KeyFacts, hint: string, at: Date): KeyEntry {
    const { tenantId } = this.actor
    return { id, tenantId, ...facts, hint, version: 1, createdAt: at, updatedAt: at, lastUsedAt: null }
  }
}

function jsonOf(facts: GroupFacts | KeyFacts | null): AuditEvent['before'] {
  return facts === null ? null : (JSON.parse(JSON.stringify(facts)) as AuditEvent['before'])
}
