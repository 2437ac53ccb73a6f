import { isRestApiKeyError, RestApiKeyError } from '../errors.js'
import { foreignError } from '../store-error.js'
import type { KeyRepository } from './key-repository.js'

/** What each method may answer; a write whose outcome is not one of these has not been reported as done. */
const outcomes = {
  findByDigest: () => true,
  findManyByDigest: Array.isArray,
  insertGroup: () => true,
  findGroup: (found, tenantId) => found === null || isVersion(found, tenantId),
  listGroups: (list, tenantId) => Array.isArray(list) && list.every((item) => isVersion(item, tenantId)),
  replaceGroup: oneOf(true, false),
  deleteGroup: oneOf('deleted', 'changed', 'not_empty'),
  insertKeys: oneOf('inserted', 'digest_taken', 'group_missing'),
  findKey: (found, tenantId) => found === null || isVersion(found, tenantId),
  listKeys: (list, tenantId) => Array.isArray(list) && list.every((item) => isVersion(item, tenantId)),
  replaceKey: oneOf(true, false),
  deleteKey: oneOf(true, false),
  listAudit: (list, tenantId) => Array.isArray(list) && list.every((item) => isOf(item, tenantId)),
} as const satisfies Partial<Record<keyof KeyRepository, (answer: unknown, tenantId: unknown) => boolean>>

/** The methods that a repository must have. */
export const repositoryMethods = (Object.keys(outcomes) as (keyof typeof outcomes)[]).filter(
  (name) => name !== 'findManyByDigest',
)

const failed = 'The key repository failed'

type Method = (...args: unknown[]) => Promise<unknown>

/** The repository with its errors wrapped, because drivers quote values in their messages, and its answers checked. */
export function guardedRepository(repository: KeyRepository): KeyRepository {
  const guarded = (Object.keys(outcomes) as (keyof typeof outcomes)[])
    .filter((name) => repository[name] !== undefined)
    .map((name) => [name, guard(name, (repository[name] as Method).bind(repository), outcomes[name])])
  return Object.fromEntries(guarded) as KeyRepository
}

function guard(
  name: string,
  method: Method,
  isAnswer: (answer: unknown, tenantId: unknown) => boolean,
): Method {
  return async (...args) => {
    let answer: unknown
    try {
      answer = await method(...args)
    } catch (error) {
      if (!isRestApiKeyError(error)) throw foreignError('repository_failed', failed, error)
      throw new RestApiKeyError('repository_failed', `${failed}: ${error.message}`, { cause: error })
    }
    if (!isAnswer(answer, args[0])) {
      throw new RestApiKeyError('repository_failed', `The key repository broke the contract of "${name}"`)
    }
    return answer
  }
}

function oneOf(...allowed: readonly unknown[]): (answer: unknown) => boolean {
  return (answer) => allowed.includes(answer)
}

/** Nothing of another tenant is handed on, whatever a repository finds. */
function isOf(item: unknown, tenantId: unknown): boolean {
  return typeof item === 'object' && item !== null && (item as { tenantId?: unknown }).tenantId === tenantId
}

function isVersion(item: unknown, tenantId: unknown): boolean {
  return isOf(item, tenantId) && Number.isSafeInteger((item as { version?: unknown }).version)
}
