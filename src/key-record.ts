import { timingSafeEqual } from 'node:crypto'
import { types } from 'node:util'
import { RestApiKeyError } from './errors.js'
import { frozenJson, isPlainObject } from './json.js'
import { describe } from './options.js'

/** What a store knows of a key: facts, no verdict. Of the optional fields, `null` is absent. */
export interface KeyRecord {
  /** Not secret; names the key in logs and in the console. Not empty. */
  readonly id: string
  /** The digest under which it was found, exactly. */
  readonly digest: string
  /** The tenant to which the key belongs. Not empty. */
  readonly tenantId: string
  /** `true` or `false`, not 1 or 0. */
  readonly activated: boolean
  readonly groupId?: string | null
  readonly description?: string | null
  /** The user on whose behalf requests with this key act. */
  readonly onBehalfOf?: string | null
  /** The role in which they act; see `requireRole`. */
  readonly inRole?: string | null
  /** Addresses, CIDR blocks and ranges. None, `null` or an empty list restricts nothing. */
  readonly allowedIps?: readonly string[] | null
  /** The key works before this moment, not at it. `null`: for ever. */
  readonly expiresAt?: Date | null
  /** An object of JSON values, handed to the application as it is. */
  readonly metadata?: Readonly<Record<string, unknown>> | null
}

/** A record that was checked: every field present, nothing in it shared with the store. */
export interface ValidKeyRecord {
  readonly id: string
  readonly tenantId: string
  readonly activated: boolean
  readonly groupId: string | null
  readonly description: string | null
  readonly onBehalfOf: string | null
  readonly inRole: string | null
  readonly allowedIps: readonly string[]
  /** Milliseconds since the epoch; `null`: never. */
  readonly expiresAtMs: number | null
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/**
 * Checks what a store returned for a digest, strictly: nothing is converted, and a record with a field that cannot be
 * used is no record. Fields that are not in `KeyRecord` are ignored.
 *
 * @throws {RestApiKeyError} `invalid_record`; its message names the field.
 */
export function parseKeyRecord(value: unknown, digest: string): ValidKeyRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRecord(`A store must return a record or null, not ${describe(value)}`)
  }
  const record = value as Record<keyof KeyRecord, unknown>
  if (!isDigest(record.digest, digest)) {
    throw invalidRecord(
      'Field "digest" of a record must be the text that was looked up; compare bytes in the store',
    )
  }
  const { activated } = record
  if (typeof activated !== 'boolean') throw invalidField('activated', 'true or false', activated)
  return {
    id: text(record, 'id'),
    tenantId: text(record, 'tenantId'),
    activated,
    groupId: optionalText(record, 'groupId'),
    description: optionalText(record, 'description'),
    onBehalfOf: optionalText(record, 'onBehalfOf'),
    inRole: optionalText(record, 'inRole'),
    allowedIps: ipTexts(record.allowedIps),
    expiresAtMs: moment(record.expiresAt),
    metadata: metadataOf(record.metadata),
  }
}

export function invalidRecord(message: string): RestApiKeyError {
  return new RestApiKeyError('invalid_record', message)
}

/** In constant time for texts of one length, so that no digest can be guessed from how long a refusal takes. */
function isDigest(actual: unknown, expected: string): boolean {
  if (typeof actual !== 'string') return false
  const a = Buffer.from(actual)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}

function text(record: Record<keyof KeyRecord, unknown>, field: keyof KeyRecord): string {
  const value = record[field]
  if (typeof value !== 'string' || value === '') throw invalidField(field, 'a text that is not empty', value)
  return value
}

function optionalText(record: Record<keyof KeyRecord, unknown>, field: keyof KeyRecord): string | null {
  const value = record[field] ?? null
  if (value !== null && typeof value !== 'string') throw invalidField(field, 'a text or null', value)
  return value
}

function ipTexts(value: unknown): readonly string[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw invalidField('allowedIps', 'a list of texts or null', value)
  const rules: string[] = []
  // By index: methods and iterators can be the list's own, and skip some.
  for (let index = 0; index < value.length; index++) {
    const rule: unknown = value[index]
    if (typeof rule !== 'string') throw invalidField('allowedIps', 'a list of texts or null', value)
    rules.push(rule)
  }
  return rules
}

function moment(value: unknown): number | null {
  if (value === null || value === undefined) return null
  // Not `instanceof`: a `Date` of another realm is one too. Not its own `getTime`, which may say anything.
  const expiresAtMs = types.isDate(value) ? Date.prototype.getTime.call(value) : Number.NaN
  if (Number.isNaN(expiresAtMs)) throw invalidField('expiresAt', 'a valid Date or null', value)
  return expiresAtMs
}

function metadataOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === null || value === undefined) return null
  const copy = isPlainObject(value) ? frozenJson(value) : undefined
  if (copy === undefined) throw invalidField('metadata', 'an object of JSON values or null', value)
  return copy as Readonly<Record<string, unknown>>
}

function invalidField(field: keyof KeyRecord, expected: string, value: unknown): RestApiKeyError {
  return invalidRecord(
    `Field "${field}" of a record must be ${expected}, not ${describe(value)}; convert it in the store`,
  )
}
