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

/** The key as it will be, or every fault of the input. */
export function parseKeyInput(input: unknown): KeyFacts & { readonly groupId: string } {
  const faults = new Faults()
  const { groupId, ...changes } = membersOf(input, ['groupId', ...changeable], faults)
  const groupFault = groupId === '' ? 'must not be empty' : textFault(groupId, limits.tenantId)
  if (groupFault !== undefined) faults.add('groupId', groupFault)
  const facts = applied(changes, { ...defaults, groupId: null }, faults)
  faults.throwIfAny()
  return { ...facts, groupId: groupId as string }
}

/** The key as it will be after a change: fields that are not named stay as they are. */
export function parseKeyChanges(changes: unknown, base: KeyFacts): KeyFacts {
  const faults = new Faults()
  const facts = applied(membersOf(changes, changeable, faults), base, faults)
  faults.throwIfAny()
  return facts
}

function applied(changes: Record<string, unknown>, base: KeyFacts, faults: Faults): KeyFacts {
  const given = Object.fromEntries(
    changeable.filter((field) => changes[field] !== undefined).map((field) => [field, changes[field]]),
  )
  const facts = { ...base, ...given } as KeyFacts
  if (typeof facts.activated !== 'boolean') faults.add('activated', 'must be true or false')
  checkOptionalText('description', facts.description, limits.description, faults)
  checkOptionalText('onBehalfOf', facts.onBehalfOf, limits.onBehalfOf, faults)
  checkOptionalText('inRole', facts.inRole, limits.inRole, faults)
  return {
    ...facts,
    allowedIps: ipsOf(facts.allowedIps, faults),
    expiresAt: momentOf(facts.expiresAt, faults),
    metadata: metadataOf(facts.metadata, faults),
  }
}

function ipsOf(rules: unknown, faults: Faults): readonly string[] {
  if (!Array.isArray(rules)) {
    faults.add('allowedIps', 'must be a list of texts')
    return []
  }
  if (rules.length > limits.allowedIps)
    faults.add('allowedIps', `must not have more than ${limits.allowedIps} rules`)
  rules.slice(0, limits.allowedIps).forEach((rule, index) => {
    try {
      parseIpRule(rule)
    } catch (error) {
      faults.add(`allowedIps[${index}]`, `cannot be used. ${(error as Error).message}`)
    }
  })
  return [...rules]
}

function momentOf(moment: unknown, faults: Faults): Date | null {
  if (moment === null) return null
  const year = moment instanceof Date ? moment.getUTCFullYear() : Number.NaN
  if (!(year >= 1970 && year <= 9999)) {
    faults.add('expiresAt', 'must be a Date in the years 1970 to 9999, or null')
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
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => isFit(name) && everyText(member, isFit))
}
