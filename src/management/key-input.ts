import { types } from 'node:util'
import { parseIpRule } from '../ip-rule.js'
import { frozenJson, isPlainObject } from '../json.js'
import { Faults } from './faults.js'
import { checkOptionalText, membersOf } from './group-input.js'
import { limits } from './limits.js'
import type { KeyFacts } from './management-action.js'
import { textFault } from './text.js'

/** What can be changed of a key. */
export interface KeyChanges {
  readonly activated?: boolean
  /** At most 2,000 characters. */
  readonly description?: string | null
  /** A user of the tenant; one whom the directory knows, if there is a directory. */
  readonly onBehalfOf?: string | null
  /** A role; one of that user's, if there is a directory. */
  readonly inRole?: string | null
  /** Addresses, CIDR blocks and ranges; empty: every address. */
  readonly allowedIps?: readonly string[]
  /** The key works before this moment. `null`: for ever. */
  readonly expiresAt?: Date | null
  /** An object of JSON values, at most 16,000 characters of JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | null
}

export interface KeyInput extends KeyChanges {
  readonly groupId: string
}

const changeable = ['activated', 'description', 'onBehalfOf', 'inRole', 'allowedIps', 'expiresAt', 'metadata']

const defaults: Omit<KeyFacts, 'groupId'> = {
  activated: true,
  description: null,
  onBehalfOf: null,
  inRole: null,
  allowedIps: [],
  expiresAt: null,
  metadata: null,
}

/** The key as it will be, or every fault of the input, after those that are known already. */
export function parseKeyInput(
  input: unknown,
  faults = new Faults(),
): KeyFacts & { readonly groupId: string } {
  const { groupId, ...fields } = membersOf(input, ['groupId', ...changeable], faults)
  const groupFault = groupId === '' ? 'must not be empty' : textFault(groupId, limits.tenantId)
  if (groupFault !== undefined) faults.add('groupId', groupFault)
  const facts = checked(fields, faults)
  faults.throwIfAny()
  return { ...defaults, ...facts, groupId: groupId as string }
}

/** The fields that a change names, or every fault of them. */
export function parseKeyChanges(changes: unknown): Partial<KeyFacts> {
  const faults = new Faults()
  const facts = checked(membersOf(changes, changeable, faults), faults)
  faults.throwIfAny()
  return facts
}

/** Only the fields that are there, copied; `undefined` is not there. */
function checked(fields: Record<string, unknown>, faults: Faults): Partial<KeyFacts> {
  const optionalText = (field: 'description' | 'onBehalfOf' | 'inRole') => (value: unknown) => {
    checkOptionalText(field, value, limits[field], faults)
    return value
  }
  const parsers: Readonly<Record<string, (value: unknown) => unknown>> = {
    activated(value) {
      if (typeof value !== 'boolean') faults.add('activated', 'must be true or false')
      return value
    },
    description: optionalText('description'),
    onBehalfOf: optionalText('onBehalfOf'),
    inRole: optionalText('inRole'),
    allowedIps: (value) => ipsOf(value, faults),
    expiresAt: (value) => momentOf(value, faults),
    metadata: (value) => metadataOf(value, faults),
  }
  return Object.fromEntries(
    Object.entries(parsers)
      .filter(([field]) => fields[field] !== undefined)
      .map(([field, parse]) => [field, parse(fields[field])]),
  )
}

function ipsOf(value: unknown, faults: Faults): readonly string[] | null {
  if (!Array.isArray(value)) {
    faults.add('allowedIps', 'must be a list of texts')
    return null
  }
  // A copy without holes, which `forEach` would skip.
  const rules = [...value]
  if (rules.length > limits.allowedIps) {
    faults.add('allowedIps', `must not have more than ${limits.allowedIps} rules`)
  }
  rules.slice(0, limits.allowedIps).forEach((rule, index) => {
    try {
      parseIpRule(rule)
    } catch (error) {
      faults.add(`allowedIps[${index}]`, `cannot be used. ${(error as Error).message}`)
    }
  })
  return rules
}

function momentOf(moment: unknown, faults: Faults): Date | null {
  if (moment === null) return null
  const year = types.isDate(moment) ? moment.getUTCFullYear() : Number.NaN
  if (!(year >= 1970 && year <= 9999)) {
    faults.add(
      'expiresAt',
      'must be a Date (in JSON: 2030-01-31T12:00:00Z) in the years 1970 to 9999, or null',
    )
    return null
  }
  return new Date(moment as Date)
}

function metadataOf(metadata: unknown, faults: Faults): Readonly<Record<string, unknown>> | null {
  if (metadata === null) return null
  const copy = isPlainObject(metadata) ? frozenJson(metadata) : undefined
  if (copy === undefined) {
    faults.add('metadata', 'must be an object of JSON values, or null')
    return null
  }
  const fault = textFault(JSON.stringify(copy), limits.metadata)
  if (fault !== undefined) faults.add('metadata', `as JSON ${fault}`)
  // JSON escapes both, so that a look at its text does not find them.
  if (!everyText(copy, (text) => textFault(text, limits.metadata) === undefined)) {
    faults.add('metadata', 'must hold well-formed Unicode without the character NUL')
  }
  return copy as Readonly<Record<string, unknown>>
}

function everyText(value: unknown, isFit: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isFit(value)
  return Object.entries(value ?? {}).every(([name, member]) => isFit(name) && everyText(member, isFit))
}
