import { type Command, InvalidArgumentError, Option } from 'commander'
import { isRestApiKeyError } from '../errors.js'
import { ipRulesFromText } from '../ip-rules-from-text.js'
import type { KeyChanges } from '../management/key-input.js'
import { momentOf } from './moment.js'

/** As commander hands them over. An empty text empties a field: a parser cannot answer `null`. */
export interface KeyOptions {
  readonly activated?: boolean
  readonly description?: string
  readonly onBehalfOf?: string
  readonly inRole?: string
  readonly allowedIps?: readonly string[]
  readonly expiresAt?: Date | ''
  readonly metadata?: Readonly<Record<string, unknown>> | ''
}

/** The fields of a key as options. */
export function addKeyOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--activated <yes|no>', 'whether requests with the key are accepted').argParser(yesOrNo),
    )
    .option('--description <text>', 'for people')
    .option('--on-behalf-of <user>', 'the user as whom the caller acts')
    .option('--in-role <role>', 'the role in which the caller acts')
    .option('--allowed-ips <rules>', 'addresses, CIDR blocks and ranges, with commas between them', ipRules)
    .option('--expires-at <moment>', 'the key works before it: 2030-12-31, 2030-12-31T18:00:00Z', moment)
    .option('--metadata <json>', 'an object of JSON values for the application', jsonObject)
}

/** The fields that a call names. */
export function keyChangesOf(options: KeyOptions): KeyChanges {
  const { activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata } = options
  return namedFields({ activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata })
}

/** Without those that are not named; empty ones are `null`. */
export function namedFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value === '' ? null : value]),
  )
}

function yesOrNo(text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('It must be yes or no.')
  return text === 'yes'
}

function ipRules(text: string): readonly string[] {
  try {
    return ipRulesFromText(text)
  } catch (error) {
    throw isRestApiKeyError(error) ? new InvalidArgumentError(error.message) : error
  }
}

function moment(text: string): Date | '' {
  if (text === '') return text
  const read = momentOf(text)
  if (Number.isNaN(read.getTime())) {
    throw new InvalidArgumentError(
      'It must be a day, or a moment with its zone, such as 2030-12-31T18:00:00Z.',
    )
  }
  return read
}

/** Whether it is an object is for the manager to say. */
function jsonObject(text: string): unknown {
  if (text === '') return text
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('It must be JSON.')
  }
}
