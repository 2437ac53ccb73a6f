import { randomUUID } from 'node:crypto'
import { isReferenceId, referenceIdForm } from '../credentials.js'
import { RestApiKeyError } from '../errors.js'
import { type KeyRecord, parseKeyRecord } from '../key-record.js'
import type { AuditEvent } from './audit-event.js'
import { checkDirectory } from './directory-check.js'
import { Faults } from './faults.js'
import { assertObject } from './group-input.js'
import { hintOf } from './hint.js'
import type { KeyEntry } from './key-entry.js'
import { type KeyInput, parseKeyInput } from './key-input.js'
import type { KeyManagerConfig } from './key-manager.js'
import type { StoredKey } from './key-repository.js'
import type { Session } from './session.js'
import { untilWritten } from './until-written.js'

/** What a key is imported with. */
export interface ImportInput extends KeyInput {
  /** As it was issued elsewhere: 1 to 256 characters of `A-Z a-z 0-9 - . _ ~`. */
  readonly referenceId: string
}

/** What became of a Reference ID that was to be imported. */
export interface ImportedKey {
  /** `unchanged`: this tenant has a key with this Reference ID already, which stays as it is. */
  readonly outcome: 'imported' | 'unchanged'
  readonly key: KeyEntry
}

/** A row that is fit to be written. */
export interface PreparedKey {
  readonly key: StoredKey
  readonly groupId: string
  readonly event: AuditEvent
  /** Every digest under which the Reference ID may be known already. */
  readonly digests: readonly string[]
}

/** Validates one row in full and asks for permission; writes nothing. */
export async function prepare(
  input: unknown,
  config: KeyManagerConfig,
  session: Session,
): Promise<PreparedKey> {
  assertObject(input)
  const { referenceId, ...rest } = input
  const faults = new Faults()
  checkReferenceId(referenceId, config, faults)
  const facts = parseKeyInput(rest, faults)
  const id = randomUUID()
  const { groupId } = facts
  const event = await session.authorized('key.import', { groupId, keyId: id, after: facts })
  await checkDirectory(config.directory, session.actor.tenantId, facts, undefined)
  const digests = config.digests.map((digest) => digest(referenceId as string))
  const key = session.newKey(id, facts, hintOf(referenceId as string, config.generate), event.at)
  return { key: { ...key, digest: digests[0] as string }, groupId, event, digests }
}

function checkReferenceId(referenceId: unknown, { generate }: KeyManagerConfig, faults: Faults): void {
  if (typeof referenceId !== 'string' || !isReferenceId(referenceId)) {
    faults.add('referenceId', `must be ${referenceIdForm}`)
  } else if (generate.check(referenceId) !== 'foreign') {
    faults.add('referenceId', `must not have the form of a generated one: ${generate.prefix}…`)
  }
}

/** Imports one key, or finds the one that is there. */
export async function importOne(
  input: unknown,
  config: KeyManagerConfig,
  session: Session,
): Promise<ImportedKey> {
  const { repository } = config
  const prepared = await prepare(input, config, session)
  return untilWritten<ImportedKey>(async () => {
    const present = await findAny(prepared.digests, config)
    if (present !== null) {
      if (present.tenantId !== session.actor.tenantId) throw referenceIdTaken()
      const key = await repository.findKey(present.tenantId, present.id)
      if (key === null) return undefined
      await session.authorized('key.read', { groupId: key.groupId, keyId: key.id })
      return { outcome: 'unchanged', key }
    }
    const outcome = await repository.insertKeys([prepared.key], [prepared.event])
    if (outcome === 'group_missing') {
      session.tellRefused(prepared.event)
      throw groupMissing()
    }
    if (outcome === 'digest_taken') return undefined
    session.tell(prepared.event)
    const { digest: _, ...key } = prepared.key
    return { outcome: 'imported', key }
  })
}

/** The key that is known under one of these digests, of whichever tenant. */
async function findAny(
  digests: readonly string[],
  { repository }: KeyManagerConfig,
): Promise<Pick<KeyRecord, 'id' | 'tenantId'> | null> {
  for (const digest of digests) {
    const record = await repository.findByDigest(digest, { signal: new AbortController().signal })
    // What is no record is no sign that the Reference ID is free.
    if (record !== null) return usableRecord(record, digest)
  }
  return null
}

/** @throws {RestApiKeyError} `repository_failed` if the repository's record cannot be used. */
export function usableRecord(record: unknown, digest: string): Pick<KeyRecord, 'id' | 'tenantId'> {
  try {
    return parseKeyRecord(record, digest)
  } catch (cause) {
    throw new RestApiKeyError('repository_failed', 'The key repository holds an unusable record', { cause })
  }
}

export function groupMissing(): RestApiKeyError {
  return new RestApiKeyError('not_found', 'There is no such group in this tenant')
}

export function referenceIdTaken(): RestApiKeyError {
  return new RestApiKeyError('reference_id_taken', 'The Reference ID is in use already')
}
