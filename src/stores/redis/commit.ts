import { randomUUID } from 'node:crypto'
import { RestApiKeyError } from '../../errors.js'
import type { AuditEvent } from '../../management/audit-event.js'
import { absent, type Check, conditionalWrite, type Write } from './conditional-write.js'
import type { KeyNames } from './key-names.js'
import { listed } from './order.js'
import type { Send } from './redis-client.js'
import { eventText } from './stored-json.js'

/** What every part of a store works with. */
export interface Backend {
  readonly send: Send
  readonly names: KeyNames
}

/** Writes a change and its events if every check holds; `null` then, else what the first that does not hold says. */
export async function commit<Outcome>(
  { send, names }: Backend,
  checks: readonly Check<Outcome | 'id_taken'>[],
  writes: readonly Write[],
  events: readonly AuditEvent[],
): Promise<Exclude<Outcome, 'id_taken'> | null> {
  const writeId = randomUUID()
  const outcome = await conditionalWrite(
    send,
    [...checks, ...events.map(({ id }) => absent(names.event(id), 'id_taken' as const))],
    [...writes, ...events.flatMap((event) => eventWrites(names, event, writeId))],
  )
  if (outcome === 'id_taken') {
    throw new RestApiKeyError('repository_failed', 'A group, key or event with this id is there already')
  }
  return outcome as Exclude<Outcome, 'id_taken'> | null
}

function eventWrites(names: KeyNames, event: AuditEvent, writeId: string): readonly Write[] {
  const { id, tenantId, groupId, keyId, at } = event
  const orders = [names.audit(tenantId)]
  if (groupId !== null) orders.push(names.auditOfGroup(tenantId, groupId))
  if (keyId !== null) orders.push(names.auditOfKey(tenantId, keyId))
  return [
    ...orders.map((order) => listed(order, at, id)),
    ['SET', names.event(id), eventText(event, writeId)],
  ]
}
