import { type Authorizer, createAuthorizer, memoryStore } from 'rest-api-key'
import {
  createKeyManager,
  type Directory,
  type KeyManager,
  type KeyRepository,
} from 'rest-api-key/management'
import { Sessions } from './sessions.js'

/** What the same console needs in every framework. */
export interface Parts {
  readonly authorizer: Authorizer
  readonly manager: KeyManager
  readonly directory: Directory
  readonly sessions: Sessions
  readonly signInUrl: string
}

const directory: Directory = {
  users: () => [{ id: 'jdoe' }, { id: 'guest' }, { id: 'import', name: 'Nightly import' }],
  roles: (_tenantId, userId) => (userId === 'jdoe' ? ['Administrator', 'Operator'] : ['Operator']),
}

export function createParts(
  repository: KeyRepository = memoryStore(),
  authorizer: Authorizer = createAuthorizer({ store: repository }),
): Parts {
  return {
    authorizer,
    manager: createKeyManager({
      repository,
      directory,
      authorize: (actor) => actor.role === 'Administrator',
    }),
    directory,
    sessions: new Sessions(),
    signInUrl: '/sign-in',
  }
}
