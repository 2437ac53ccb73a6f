import { isRestApiKeyError, RestApiKeyError } from '../errors.js'
import { labelOf } from '../store-error.js'
import type { KeyRepository } from './key-repository.js'

const methods = [
  'findByDigest',
  'findManyByDigest',
  'insertGroup',
  'findGroup',
  'listGroups',
  'replaceGroup',
  'deleteGroup',
  'insertKeys',
  'findKey',
  'listKeys',
  'replaceKey',
  'deleteKey',
  'listAudit',
] as const

type Method = (...args: unknown[]) => Promise<unknown>

/** The repository with its errors wrapped, because drivers quote values in their messages; those of this library pass. */
export function guardedRepository(repository: KeyRepository): KeyRepository {
  const guarded = methods
    .filter((name) => repository[name] !== undefined)
    .map((name) => [name, guard((repository[name] as Method).bind(repository))])
  return Object.fromEntries(guarded) as KeyRepository
}

function guard(method: Method): Method {
  return async (...args) => {
    try {
      return await method(...args)
    } catch (error) {
      if (isRestApiKeyError(error)) throw error
      throw new RestApiKeyError('repository_failed', `The key repository failed (${labelOf(error)})`)
    }
  }
}
