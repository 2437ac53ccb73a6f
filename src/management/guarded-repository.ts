import { isRestApiKeyError, RestApiKeyError } from '../errors.js'
import { foreignError } from '../store-error.js'
import type { KeyRepository } from './key-repository.js'

/** What each method may answer; a write whose outcome is not one of these has not been reported as done. */
const outcomes = {
  findByDigest: undefined,
  findManyByDigest: Array.isArray,
  insertGroup: undefined,
  findGroup: isObjectOrNull,
  listGroups: Array.isArray,
  replaceGroup: oneOf(true, false),
  deleteGroup: oneOf('deleted', 'changed', 'not_empty'),
  insertKeys: oneOf('inserted', 'digest_taken', 'group_missing'),
  findKey: isObjectOrNull,
  listKeys: Array.isArray,
  replaceKey: oneOf(true, false),
  deleteKey: oneOf(true, false),
  listAudit: Array.isArray,
} as const satisfies Partial<Record<keyof KeyRepository, ((answer: unknown) => boolean) | undefined>>

const failed = 'The key repository failed'

type Method = (...args: unknown[]) => Promise<unknown>

/** The repository with its errors wrapped, because drivers quote values in their messages, and its answers checked. */
export function guardedRepository(repository: KeyRepository): KeyRepository {
  const guarded = (Object.keys(outcomes) as (keyof typeof outcomes)[])
    .filter((name) => repository[name] !== undefined)
    .map((name) => [name, guard(name, (repository[name] as Method).bind(repository), outcomes[name])])
  return Object.fromEntries(guarded) as KeyRepository
}

function guard(name: string, method: Method, isAnswer: ((answer: unknown) => boolean) | undefined): Method {
  return async (...args) => {
    let answer: unknown
    try {
      answer = await method(...args)
    } catch (error) {
      if (!isRestApiKeyError(error)) throw foreignError('repository_failed', failed, error)
      throw new RestApiKeyError('repository_failed', `${failed}: ${error.message}`, { cause: error })
    }
    if (isAnswer?.(answer) === false) {
      throw new RestApiKeyError('repository_failed', `The key repository broke the contract of "${name}"`)
    }
    return answer
  }
}

function oneOf(...allowed: readonly unknown[]): (answer: unknown) => boolean {
  return (answer) => allowed.includes(answer)
}

function isObjectOrNull(answer: unknown): boolean {
  return typeof answer === 'object'
}
