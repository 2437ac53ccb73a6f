import { type Digest, parseDigests, plainPrefix } from '../digest.js'
import { assertOptions, invalidOption, optionalFunction } from '../options.js'
import { type ReferenceIds, referenceIds } from '../reference-ids.js'
import { sha256Digest } from '../sha256-digest.js'
import { type Actor, parseActor } from './actor.js'
import type { AuditEvent } from './audit-event.js'
import type { Directory } from './directory.js'
import { assertDirectory } from './directory-check.js'
import { guardedRepository, repositoryMethods } from './guarded-repository.js'
import type { KeyRepository } from './key-repository.js'
import type { ManagementAction, ManagementTarget } from './management-action.js'
import { createTenantKeys, type TenantKeys } from './tenant-keys.js'

/** What a key manager is made of. */
export interface KeyManagerOptions {
  /** Where groups and keys are: `memoryStore()` or a store of a database. */
  readonly repository: KeyRepository
  /**
   * Whether the actor may do this; asked for every call, reads included. Only a literal `true`, or a promise of it,
   * allows. Required: there is no default that would be safe.
   */
  readonly authorize: (actor: Required<Actor>, action: ManagementAction, target: ManagementTarget) => unknown
  /** Users and roles, to validate *On Behalf Of* and *In Role*. Default: any text. */
  readonly directory?: Directory
  /** Hears of every change after it was committed, and of refused attempts. Its failures are ignored. */
  readonly onAudit?: (event: AuditEvent) => unknown
  /** How Reference IDs are generated. Default `referenceIds()`. */
  readonly generate?: ReferenceIds
  /** The value that the authorizer is given: of a list, the first one writes, and imports search all. Default `sha256Digest()`. */
  readonly digest?: Digest | readonly Digest[]
}

/** Options checked and completed. */
export interface KeyManagerConfig {
  /** Its errors are wrapped. */
  readonly repository: KeyRepository
  readonly authorize: KeyManagerOptions['authorize']
  readonly directory: Directory | undefined
  readonly onAudit: KeyManagerOptions['onAudit']
  readonly generate: ReferenceIds
  /** The first one writes. */
  readonly digests: readonly [Digest, ...Digest[]]
}

/** Manages groups and keys for whoever is signed in. */
export interface KeyManager {
  /**
   * The groups and keys of the actor's tenant, managed by that actor.
   *
   * @throws {RestApiKeyError} `not_authorized` if the actor is no signed-in user; a request's principal is none.
   */
  as(actor: Actor): TenantKeys
}

/**
 * Creates what administrators' programs manage groups and keys with.
 *
 * @throws {RestApiKeyError} `invalid_option` or `unknown_option`, naming the option and what was expected.
 *
 * @example
 * ```ts
 * import { memoryStore } from 'rest-api-key'
 * import { createKeyManager } from 'rest-api-key/management'
 *
 * const manager = createKeyManager({
 *   repository: memoryStore(),
 *   authorize: (actor) => actor.role === 'Administrator',
 * })
 * const keys = manager.as({ tenantId: 'acme', userId: 'jdoe', role: 'Administrator' })
 * const group = await keys.createGroup({ name: 'Integrations' })
 * const { referenceId, key } = await keys.createKey({ groupId: group.id, description: 'Nightly import' })
 * console.log(`Shown once: ${referenceId}; known as ${key.hint} from now on`)
 * ```
 */
export function createKeyManager(options: KeyManagerOptions): KeyManager {
  const config = parseKeyManagerOptions(options)
  return Object.freeze({ as: (actor: Actor) => createTenantKeys(config, parseActor(actor)) })
}

const known = ['repository', 'authorize', 'directory', 'onAudit', 'generate', 'digest']

function parseKeyManagerOptions(options: KeyManagerOptions): KeyManagerConfig {
  assertOptions('createKeyManager', options, known)
  const {
    repository,
    authorize,
    directory,
    onAudit,
    generate = referenceIds(),
    digest = sha256Digest(),
  } = options
  const lacking = repositoryMethods.find((name) => typeof repository?.[name] !== 'function')
  if (lacking !== undefined) {
    throw invalidOption('repository', `a KeyRepository, with a method ${lacking}`, repository)
  }
  if (typeof authorize !== 'function') throw invalidOption('authorize', 'a function', authorize)
  assertDirectory(directory)
  optionalFunction('onAudit', onAudit)
  if (typeof generate?.generate !== 'function' || typeof generate.check !== 'function')
    throw invalidOption('generate', 'made by referenceIds()', generate)
  const digests = parseDigests('digest', digest) as KeyManagerConfig['digests']
  if (digests[0]('-').startsWith(plainPrefix)) {
    throw invalidOption('digest', 'one whose first, which writes, is not plainDigest()', digest)
  }
  return { repository: guardedRepository(repository), authorize, directory, onAudit, generate, digests }
}
