import { Faults } from '../../management/faults.js'
import { membersOf } from '../../management/group-input.js'
import { limits } from '../../management/limits.js'
import type { Query } from './operation.js'

const id = { type: 'string', minLength: 1, maxLength: limits.search }

/** Every query parameter of the API; an operation names those that it knows. */
export const queryParameters = {
  groupId: { description: 'Only what belongs to this group.', schema: id },
  keyId: { description: 'Only what belongs to this key.', schema: id },
  search: {
    description:
      'Only keys with this text in their hint, description, onBehalfOf or inRole; case is ignored.',
    schema: { type: 'string', maxLength: limits.search },
  },
  cursor: { description: 'nextCursor of the page before.', schema: { type: 'string' } },
  limit: {
    description: 'Items of a page.',
    schema: { type: 'integer', minimum: 1, maximum: limits.page, default: 50 },
  },
} as const

export type QueryParameter = keyof typeof queryParameters

/**
 * @throws {RestApiKeyError} `invalid_input` for parameters that the operation does not know, and for repeated ones: what
 *   is overlooked would answer with more than was asked for.
 */
export function queryOf(parameters: URLSearchParams, known: readonly QueryParameter[]): Query {
  const faults = new Faults()
  const { limit, ...texts } = membersOf(Object.fromEntries(parameters), known, faults)
  for (const name of known) if (parameters.getAll(name).length > 1) faults.add(name, 'must not be repeated')
  faults.throwIfAny()
  if (limit === undefined) return texts
  return { ...texts, limit: /^\d{1,9}$/.test(String(limit)) ? Number(limit) : Number.NaN }
}
