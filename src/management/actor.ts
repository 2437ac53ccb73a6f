import { RestApiKeyError } from '../errors.js'
import { limits } from './limits.js'
import { textFault } from './text.js'

/** Who manages keys: a signed-in user of one tenant. Nothing in an input can name another one. */
export interface Actor {
  readonly tenantId: string
  readonly userId: string
  readonly role?: string | null
}

/** @throws {RestApiKeyError} `not_authorized` if it is no such user; a request's principal never is. */
export function parseActor(value: unknown): Required<Actor> {
  if (typeof value !== 'object' || value === null) throw noActor('a signed-in user')
  if ('keyId' in value)
    throw noActor('a signed-in user; a request that was authorized by a key cannot manage keys')
  const { tenantId, userId, role = null } = value as Partial<Actor>
  for (const [field, text] of Object.entries({ tenantId, userId })) {
    const fault = text === '' ? 'must not be empty' : textFault(text, limits.tenantId)
    if (fault !== undefined) throw noActor(`a signed-in user whose "${field}" is usable; it ${fault}`)
  }
  if (role !== null && textFault(role, limits.inRole) !== undefined)
    throw noActor('a signed-in user whose "role" is a text or null')
  return Object.freeze({ tenantId: tenantId as string, userId: userId as string, role })
}

function noActor(expected: string): RestApiKeyError {
  return new RestApiKeyError('not_authorized', `The actor must be ${expected}`)
}
