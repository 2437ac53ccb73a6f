import { describe } from '../options.js'
import { Faults } from './faults.js'
import { limits } from './limits.js'
import type { GroupFacts } from './management-action.js'
import { textFault } from './text.js'

export interface GroupInput {
  /** Not empty, at most 200 characters. */
  readonly name: string
  /** At most 2,000 characters. Default `null`. */
  readonly description?: string | null
}

/** The group as it will be, or every fault of the input. What is left out stays as `base` has it. */
export function parseGroupInput(input: unknown, base: Partial<GroupFacts> = {}): GroupFacts {
  const faults = new Faults()
  const members = membersOf(input, ['name', 'description'], faults)
  const { name = base.name, description = base.description ?? null } = members as Partial<GroupInput>
  const nameFault = name === '' ? 'must not be empty' : textFault(name, limits.groupName)
  if (nameFault !== undefined) faults.add('name', nameFault)
  checkOptionalText('description', description, limits.description, faults)
  faults.throwIfAny()
  return { name: name as string, description }
}

/** The members of an input object; those that nobody knows are faults, because a misspelt one would be lost silently. */
export function membersOf(input: unknown, known: readonly string[], faults: Faults): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    faults.add('input', `must be an object, not ${describe(input)}`)
    faults.throwIfAny()
  }
  for (const name of Object.keys(input as object)) {
    if (!known.includes(name)) faults.add(name.slice(0, 40), `is unknown; known are ${known.join(', ')}`)
  }
  return input as Record<string, unknown>
}

export function checkOptionalText(field: string, value: unknown, maxLength: number, faults: Faults): void {
  const fault = value === null ? undefined : textFault(value, maxLength)
  if (fault !== undefined) faults.add(field, fault)
}
