import { RestApiKeyError } from '../../errors.js'
import { isPlainObject } from '../../json.js'
import { type KeyRecord, parseKeyRecord } from '../../key-record.js'
import type { AuditEvent } from '../../management/audit-event.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { StoredKey } from '../../management/key-repository.js'

type Stored = Readonly<Record<string, unknown>>

/** A key as it is kept under its digest; when it was last used is kept apart, so that a use never writes a key. */
export function keyText({ lastUsedAt: _, ...key }: StoredKey): string {
  return JSON.stringify({
    ...key,
    expiresAt: key.expiresAt === null ? null : key.expiresAt.toISOString(),
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
  })
}

export function groupText(group: KeyGroup): string {
  return JSON.stringify({
    ...group,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  })
}

/** `writeId` tells this writing of the event from every other one. */
export function eventText(event: AuditEvent, writeId: string): string {
  return JSON.stringify({ ...event, at: event.at.toISOString(), writeId })
}

/**
 * A record for the core, which checks it: to do so here as well took up to a quarter of the CPU time of a look-up.
 *
 * @throws {RestApiKeyError} `invalid_record`, as the other readers here: somebody else has written there.
 */
export function recordOf(text: string): KeyRecord {
  const stored = parse(text)
  return {
    id: stored.id,
    digest: stored.digest,
    tenantId: stored.tenantId,
    activated: stored.activated,
    groupId: stored.groupId,
    description: stored.description,
    onBehalfOf: stored.onBehalfOf,
    inRole: stored.inRole,
    allowedIps: stored.allowedIps,
    expiresAt: expiryOf(stored),
    metadata: stored.metadata,
  } as KeyRecord
}

export function keyOf(text: string, digest: string, lastUse: string | null): StoredKey {
  const stored = parse(text)
  const expiresAt = expiryOf(stored)
  const { expiresAtMs: _, ...record } = parseKeyRecord({ ...stored, expiresAt }, digest)
  return {
    ...record,
    digest,
    expiresAt,
    hint: textOf(stored, 'hint'),
    version: versionOf(stored),
    createdAt: momentOf(stored, 'createdAt'),
    updatedAt: momentOf(stored, 'updatedAt'),
    lastUsedAt: lastUse === null ? null : lastUseOf(lastUse),
  }
}

export function groupOf(text: string, tenantId: string): KeyGroup {
  const stored = parse(text)
  return {
    id: textOf(stored, 'id'),
    tenantId: stored.tenantId === tenantId ? tenantId : unusable('tenantId', 'the tenant of its place'),
    name: textOf(stored, 'name'),
    description: optionalTextOf(stored, 'description'),
    version: versionOf(stored),
    createdAt: momentOf(stored, 'createdAt'),
    updatedAt: momentOf(stored, 'updatedAt'),
  }
}

export function eventOf(text: string, tenantId: string): AuditEvent {
  const stored = parse(text)
  const actor = objectOf(stored, 'actor') ?? unusable('actor', 'an object')
  return {
    id: textOf(stored, 'id'),
    tenantId: stored.tenantId === tenantId ? tenantId : unusable('tenantId', 'the tenant of its place'),
    at: momentOf(stored, 'at'),
    actor: { userId: textOf(actor, 'userId'), role: optionalTextOf(actor, 'role') },
    action: textOf(stored, 'action') as AuditEvent['action'],
    outcome: textOf(stored, 'outcome') as AuditEvent['outcome'],
    groupId: optionalTextOf(stored, 'groupId'),
    keyId: optionalTextOf(stored, 'keyId'),
    before: objectOf(stored, 'before'),
    after: objectOf(stored, 'after'),
  }
}

function expiryOf(stored: Stored): Date | null {
  return (stored.expiresAt ?? null) === null ? null : momentOf(stored, 'expiresAt')
}

function parse(text: string): Stored {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's message would quote the text.
  }
  if (!isPlainObject(value))
    throw new RestApiKeyError('invalid_record', 'What is stored is not a JSON object')
  return value
}

function textOf(stored: Stored, field: string): string {
  const value = stored[field]
  return typeof value === 'string' ? value : unusable(field, 'a text')
}

function optionalTextOf(stored: Stored, field: string): string | null {
  return stored[field] === null ? null : textOf(stored, field)
}

function objectOf(stored: Stored, field: string): Stored | null {
  const value = stored[field]
  return value === null || isPlainObject(value) ? value : unusable(field, 'an object or null')
}

function versionOf({ version }: Stored): number {
  return Number.isSafeInteger(version) ? (version as number) : unusable('version', 'a whole number')
}

/** Exactly what `toISOString()` writes: `Date` alone would read much else, each engine in its own way. */
function momentOf(stored: Stored, field: string): Date {
  const text = textOf(stored, field)
  const moment = new Date(text)
  const isExact = !Number.isNaN(moment.getTime()) && moment.toISOString() === text
  return isExact ? moment : unusable(field, 'a moment as toISOString() writes it')
}

function lastUseOf(text: string): Date {
  const moment = new Date(/^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN)
  return Number.isNaN(moment.getTime()) ? unusable('lastUsedAt', 'a number of milliseconds') : moment
}

function unusable(field: string, expected: string): never {
  throw new RestApiKeyError('invalid_record', `Field "${field}" of what is stored must be ${expected}`)
}
