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

  /** `undefined` from `parse`: the value cannot be used. */
  function field<T>(name: keyof KeyRecord, expected: string, parse: (value: unknown) => T | undefined): T {
    const given = record[name]
    const parsed = parse(given)
    if (parsed !== undefined) return parsed
    throw invalidRecord(
      `Field "${name}" of a record must be ${expected}, not ${describe(given)}; convert it in the store`,
    )
  }

  function optional<T>(name: keyof KeyRecord, expected: string, parse: (value: unknown) => T | undefined) {
    return field(name, `${expected} or null`, (given) =>
      given === null || given === undefined ? null : parse(given),
    )
  }

  const required = (name: keyof KeyRecord) =>
    field(name, 'a text that is not empty', (given) => textOf(given) || undefined)
  const optionalText = (name: keyof KeyRecord) => optional(name, 'a text', textOf)
  return {
    id: required('id'),
    tenantId: required('tenantId'),
    activated: field('activated', 'true or false', (given) =>
      typeof given === 'boolean' ? given : undefined,
    ),
    groupId: optionalText('groupId'),
    description: optionalText('description'),
    onBehalfOf: optionalText('onBehalfOf'),
    inRole: optionalText('inRole'),
    allowedIps: optional('allowedIps', 'a list of texts', textsOf) ?? [],
    expiresAtMs: optional('expiresAt', 'a valid Date', momentOf),
    metadata: optional('metadata', 'an object of JSON values', metadataOf),
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

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  // By index: methods and iterators can be the list's own, and skip some.
  const texts = Array.from({ length: value.length }, (_, index) => textOf(value[index]))
  return texts.includes(undefined) ? undefined : (texts as string[])
}

/** Not `instanceof`: a `Date` of another realm is one too. Not its own `getTime`, which may say anything. */
function momentOf(value: unknown): number | undefined {
  const ms = types.isDate(value) ? Date.prototype.getTime.call(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function metadataOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isPlainObject(value) ? (frozenJson(value) as Readonly<Record<string, unknown>>) : undefined
}
