import { randomUUID } from 'node:crypto'
import { isReferenceId, referenceIdForm } from '../credentials.js'
import { RestApiKeyError } from '../errors.js'
import type { Explanation } from '../explanation.js'
import { assertOptions, invalidSecret } from '../options.js'
import type { ReferenceIds } from '../reference-ids.js'
import type { Actor } from './actor.js'
import type { AuditEvent } from './audit-event.js'
import { type Page, type PageOptions, pageOf, parsePage } from './cursor.js'
import { checkDirectory } from './directory-check.js'
import { type ExplainRequest, explainKey } from './explain-key.js'
import { invalidInput } from './faults.js'
import { type GroupInput, parseGroupChanges, parseGroupInput } from './group-input.js'
import { hintOf } from './hint.js'
import { type ImportedKey, type ImportInput, importOne } from './import-key.js'
import { type ImportOptions, type ImportReport, importKeys } from './import-keys.js'
import type { KeyEntry } from './key-entry.js'
import type { KeyGroup } from './key-group.js'
import { type KeyChanges, type KeyInput, parseKeyChanges, parseKeyInput } from './key-input.js'
import type { KeyManagerConfig } from './key-manager.js'
import { factsOf, type KeyFacts, type ManagementAction } from './management-action.js'
import { Session } from './session.js'
import { textOf } from './text.js'
import { untilWritten } from './until-written.js'

/** Only if the group or key still has this version. Without it, the named fields are written whatever changed meanwhile. */
export interface VersionOption {
  readonly version?: number
}

/** A new key. */
export interface CreatedKey {
  /** The credential itself. It is shown here and nowhere else, ever again. */
  readonly referenceId: string
  readonly key: KeyEntry
}

/** Which keys are listed. */
export interface ListKeysOptions extends PageOptions {
  /** Only keys of this group. Default: of every group. */
  readonly groupId?: string
  /** Only keys with this text in their hint, description, On Behalf Of or In Role, in upper or lower case. */
  readonly search?: string
}

/** Which changes are listed. */
export interface ListAuditOptions extends PageOptions {
  readonly groupId?: string
  readonly keyId?: string
}

/**
 * The groups and keys of one tenant, managed by one actor. What belongs to another tenant is `not_found`. Every method
 * rejects with a `RestApiKeyError`: `not_authorized`, `invalid_input` with all faults, `not_found`, and
 * `repository_failed` if the database does not do its part.
 */
export interface TenantKeys {
  /** Creates a group; its `id` is random. */
  createGroup(input: GroupInput): Promise<KeyGroup>
  /** The oldest first. */
  listGroups(options?: PageOptions): Promise<Page<KeyGroup>>
  /** @throws {RestApiKeyError} `not_found` */
  getGroup(id: string): Promise<KeyGroup>
  /** Changes the named fields only. @throws {RestApiKeyError} `version_conflict` */
  updateGroup(id: string, changes: Partial<GroupInput>, options?: VersionOption): Promise<KeyGroup>
  /** @throws {RestApiKeyError} `group_not_empty` while it has keys. */
  deleteGroup(id: string): Promise<void>

  /** Creates a key and its Reference ID. @throws {RestApiKeyError} `not_found` if there is no such group. */
  createKey(input: KeyInput): Promise<CreatedKey>
  /** The oldest first. */
  listKeys(options?: ListKeysOptions): Promise<Page<KeyEntry>>
  /** @throws {RestApiKeyError} `not_found` */
  getKey(id: string): Promise<KeyEntry>
  /** Changes the named fields only. @throws {RestApiKeyError} `version_conflict` */
  updateKey(id: string, changes: KeyChanges, options?: VersionOption): Promise<KeyEntry>
  /** Lets requests with the key pass again. */
  activateKey(id: string): Promise<KeyEntry>
  /** Needs no version: a stale page never delays a revocation. */
  deactivateKey(id: string): Promise<KeyEntry>
  /** Deletes the key for good; needs no version. */
  deleteKey(id: string): Promise<void>

  /** Takes over a Reference ID that was issued elsewhere. @throws {RestApiKeyError} `reference_id_taken` */
  importKey(input: ImportInput): Promise<ImportedKey>
  /** The same for many, in batches; refused rows are reported and abort nothing. */
  importKeys(rows: Iterable<unknown> | AsyncIterable<unknown>, options?: ImportOptions): Promise<ImportReport>

  /** The latest first. */
  listAudit(options?: ListAuditOptions): Promise<Page<AuditEvent>>
  /** Which checks a request with a key of this tenant passes; see `Authorizer.explain`. */
  explain(request: ExplainRequest): Promise<Explanation>
}

export function createTenantKeys(config: KeyManagerConfig, actor: Required<Actor>): TenantKeys {
  const { digests, generate, directory, repository } = config
  const { tenantId } = actor
  const session = new Session(config, actor)

  /** Whoever may not ask does not learn what exists either. */
  async function group(id: string, action: ManagementAction): Promise<KeyGroup> {
    const found = await repository.findGroup(tenantId, textOf('id', id))
    if (found !== null) return found
    session.tellRefused(await session.authorized(action, { groupId: id }))
    throw notFound('group')
  }

  async function key(id: string, action: ManagementAction): Promise<KeyEntry> {
    const found = await repository.findKey(tenantId, textOf('id', id))
    if (found !== null) return found
    session.tellRefused(await session.authorized(action, { keyId: id }))
    throw notFound('key')
  }

  /**
   * Reads, asks, writes in place of what was read, and begins anew if somebody else wrote in between: what was
   * authorized and recorded is what was written.
   */
  async function change(
    id: string,
    action: ManagementAction,
    changes: Partial<KeyFacts>,
    version?: number,
  ): Promise<KeyEntry> {
    return untilWritten(async () => {
      const entry = await key(id, action)
      const before = factsOf(entry)
      const after = { ...before, ...changes }
      const target = { groupId: entry.groupId, keyId: id, before, after }
      const event = await session.authorized(action, target)
      if (action === 'key.update' && after.activated !== before.activated) {
        await session.authorized(after.activated ? 'key.activate' : 'key.deactivate', target)
      }
      if (version !== undefined && entry.version !== version) throw versionConflict('key')
      await checkDirectory(directory, tenantId, after, before)
      const changed = { ...entry, ...after, version: entry.version + 1, updatedAt: event.at }
      if (!(await repository.replaceKey(changed, entry.version, event))) return undefined
      session.tell(event)
      return changed
    })
  }

  return Object.freeze<TenantKeys>({
    async createGroup(input) {
      const facts = parseGroupInput(input)
      const id = randomUUID()
      const event = await session.authorized('group.create', { groupId: id, after: facts })
      const created = { id, tenantId, ...facts, version: 1, createdAt: event.at, updatedAt: event.at }
      await repository.insertGroup(created, event)
      session.tell(event)
      return created
    },

    async listGroups(options = {}) {
      const page = parsePage('listGroups', options)
      await session.authorized('group.list', {})
      const groups = await repository.listGroups(tenantId, { ...page, limit: page.limit + 1 })
      return pageOf(groups, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
    },

    async getGroup(id) {
      const found = await group(id, 'group.read')
      await session.authorized('group.read', { groupId: id })
      return found
    },

    async updateGroup(id, changes, options = {}) {
      const version = versionOf('updateGroup', options)
      const changed = parseGroupChanges(changes)
      return untilWritten(async () => {
        const entry = await group(id, 'group.update')
        const { name, description } = entry
        const event = await session.authorized('group.update', {
          groupId: id,
          before: { name, description },
          after: { name, description, ...changed },
        })
        if (version !== undefined && entry.version !== version) throw versionConflict('group')
        const after = { ...entry, ...changed, version: entry.version + 1, updatedAt: event.at }
        if (!(await repository.replaceGroup(after, entry.version, event))) return undefined
        session.tell(event)
        return after
      })
    },

    async deleteGroup(id) {
      await untilWritten(async () => {
        const { name, description, version } = await group(id, 'group.delete')
        const event = await session.authorized('group.delete', { groupId: id, before: { name, description } })
        const outcome = await repository.deleteGroup(tenantId, id, version, event)
        if (outcome === 'not_empty') {
          throw new RestApiKeyError('group_not_empty', 'The group still has keys; delete them first')
        }
        if (outcome === 'changed') return undefined
        session.tell(event)
        return outcome
      })
    },

    async createKey(input) {
      const facts = parseKeyInput(input)
      const id = randomUUID()
      const { groupId } = facts
      const event = await session.authorized('key.create', { groupId, keyId: id, after: facts })
      await checkDirectory(directory, tenantId, facts, undefined)
      return untilWritten(async () => {
        const referenceId = generatedId(generate)
        const created = session.newKey(id, facts, hintOf(referenceId, generate), event.at)
        const stored = { ...created, digest: digests[0](referenceId) }
        const outcome = await repository.insertKeys([stored], [event])
        if (outcome === 'group_missing') {
          session.tellRefused(event)
          throw notFound('group')
        }
        if (outcome === 'digest_taken') return undefined
        session.tell(event)
        return { referenceId, key: created }
      })
    },

    async listKeys(options = {}) {
      const page = parsePage('listKeys', options, ['groupId', 'search'])
      const groupId = optionalTextOf('groupId', options.groupId)
      const search = options.search === '' ? null : optionalTextOf('search', options.search)
      await session.authorized('key.list', { groupId })
      const query = { ...page, limit: page.limit + 1, groupId, search: search?.toLowerCase() ?? null }
      const found = await repository.listKeys(tenantId, query)
      return pageOf(found, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
    },

    async getKey(id) {
      const found = await key(id, 'key.read')
      await session.authorized('key.read', { groupId: found.groupId, keyId: id })
      return found
    },

    updateKey: async (id, changes, options = {}) =>
      change(id, 'key.update', parseKeyChanges(changes), versionOf('updateKey', options)),

    activateKey: async (id) => change(id, 'key.activate', { activated: true }),

    deactivateKey: async (id) => change(id, 'key.deactivate', { activated: false }),

    async deleteKey(id) {
      await untilWritten(async () => {
        const entry = await key(id, 'key.delete')
        const target = { groupId: entry.groupId, keyId: id, before: factsOf(entry) }
        const event = await session.authorized('key.delete', target)
        if (!(await repository.deleteKey(tenantId, id, entry.version, event))) return undefined
        session.tell(event)
        return event
      })
    },

    importKey: (input) => importOne(input, config, session),

    importKeys: (rows, options) => importKeys(rows, options, config, session),

    async listAudit(options = {}) {
      const page = parsePage('listAudit', options, ['groupId', 'keyId'])
      const groupId = optionalTextOf('groupId', options.groupId)
      const keyId = optionalTextOf('keyId', options.keyId)
      await session.authorized('audit.list', { groupId, keyId })
      const events = await repository.listAudit(tenantId, { ...page, limit: page.limit + 1, groupId, keyId })
      return pageOf(events, page.limit, ({ at, id }) => ({ at, id }))
    },

    explain: (request) => explainKey(request, config, session),
  })
}

function optionalTextOf(field: string, value: unknown): string | null {
  return value === undefined ? null : textOf(field, value)
}

function versionOf(owner: string, options: VersionOption): number | undefined {
  assertOptions(owner, options, ['version'])
  const { version } = options
  if (version !== undefined && !Number.isSafeInteger(version)) {
    throw invalidInput([{ field: 'version', message: '"version" must be a whole number' }])
  }
  return version
}

function generatedId({ generate }: ReferenceIds): string {
  const referenceId = generate()
  if (typeof referenceId !== 'string' || !isReferenceId(referenceId)) {
    throw invalidSecret('generate', `one whose ids are ${referenceIdForm}`, referenceId)
  }
  return referenceId
}

function notFound(what: 'group' | 'key'): RestApiKeyError {
  return new RestApiKeyError('not_found', `There is no such ${what} in this tenant`)
}

function versionConflict(what: 'group' | 'key'): RestApiKeyError {
  return new RestApiKeyError('version_conflict', `The ${what} was changed by somebody else; read it again`)
}
