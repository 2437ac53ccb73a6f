import { describe } from '../options.js'
import { Faults, invalidInput } from './faults.js'
import { limits } from './limits.js'
import type { GroupFacts } from './management-action.js'
import { textFault } from './text.js'

/** What a group is created with. */
export interface GroupInput {
  /** Not empty, at most 200 characters. */
  readonly name: string
  /** At most 2,000 characters. Default `null`. */
  readonly description?: string | null
}

/** The group as it will be, or every fault of the input. */
export function parseGroupInput(input: unknown): GroupFacts {
  const faults = new Faults()
  const { name, description = null } = membersOf(input, ['name', 'description'], faults)
  return checked({ name, description }, faults) as GroupFacts
}

/** The fields that a change names, or every fault of them. */
export function parseGroupChanges(changes: unknown): Partial<GroupFacts> {
  const faults = new Faults()
  const members = membersOf(changes, ['name', 'description'], faults)
  return checked(
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
    faults,
  )
}

function checked(fields: Record<string, unknown>, faults: Faults): Partial<GroupFacts> {
  if ('name' in fields) {
    const fault = fields.name === '' ? 'must not be empty' : textFault(fields.name, limits.groupName)
    if (fault !== undefined) faults.add('name', fault)
  }
  if ('description' in fields) {
    checkOptionalText('description', fields.description, limits.description, faults)
  }
  faults.throwIfAny()
  return fields
}

/** The members of an input object; those that nobody knows are faults, because a misspelt one would be lost silently. */
export function membersOf(input: unknown, known: readonly string[], faults: Faults): Record<string, unknown> {
  assertObject(input)
  for (const name of Object.keys(input)) {
    if (known.includes(name)) continue
    // A name that does not look like one may be a Reference ID that has slipped into the header of a table.
    const isName = /^[a-z][A-Za-z]{0,20}(?: ?\d{1,2})?$/.test(name)
    faults.add(isName ? name : 'an unnamed field', `is unknown; known are ${known.join(', ') || 'none'}`)
  }
  return input
}

/** @throws {RestApiKeyError} `invalid_input` if it is none. */
export function assertObject(input: unknown): asserts input is Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return
  throw invalidInput([{ field: 'input', message: `"input" must be an object, not ${describe(input)}` }])
}

export function checkOptionalText(field: string, value: unknown, maxLength: number, faults: Faults): void {
  const fault = value === null ? undefined : textFault(value, maxLength)
  if (fault !== undefined) faults.add(field, fault)
}
