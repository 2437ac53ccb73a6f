import { randomUUID } from 'node:crypto'
import { RestApiKeyError } from '../errors.js'
import type { Explanation } from '../explanation.js'
import type { Actor } from './actor.js'
import type { AuditEvent } from './audit-event.js'
import { type Page, type PageOptions, pageOf, parsePage } from './cursor.js'
import { checkDirectory } from './directory-check.js'
import { type ExplainRequest, explainKey } from './explain-key.js'
import { invalidInput } from './faults.js'
import { type GroupInput, parseGroupInput } from './group-input.js'
import { hintOf } from './hint.js'
import { type ImportedKey, type ImportInput, importOne } from './import-key.js'
import { type ImportOptions, type ImportReport, importKeys } from './import-keys.js'
import type { KeyEntry } from './key-entry.js'
import type { KeyGroup } from './key-group.js'
import { type KeyChanges, type KeyInput, parseKeyChanges, parseKeyInput } from './key-input.js'
import type { KeyManagerConfig } from './key-manager.js'
import { limits } from './limits.js'
import { factsOf, type KeyFacts, type ManagementAction } from './management-action.js'
import { Session } from './session.js'
import { textFault } from './text.js'
import { untilWritten } from './until-written.js'

/** Only if the group or key still has this version. Without it, the named fields are written whatever changed meanwhile. */
export interface VersionOption {
  readonly version?: number
}

export interface CreatedKey {
  /** The credential itself. It is shown here and nowhere else, ever again. */
  readonly referenceId: string
  readonly key: KeyEntry
}

export interface ListKeysOptions extends PageOptions {
  /** Only keys of this group. Default: of every group. */
  readonly groupId?: string
  /** Only keys with this text in their hint, description, On Behalf Of or In Role, in upper or lower case. */
  readonly search?: string
}

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
  createGroup(input: GroupInput): Promise<KeyGroup>
  listGroups(options?: PageOptions): Promise<Page<KeyGroup>>
  getGroup(id: string): Promise<KeyGroup>
  /** Changes the named fields only. @throws {RestApiKeyError} `version_conflict` */
  updateGroup(id: string, changes: Partial<GroupInput>, options?: VersionOption): Promise<KeyGroup>
  /** @throws {RestApiKeyError} `group_not_empty` while it has keys. */
  deleteGroup(id: string): Promise<void>

  createKey(input: KeyInput): Promise<CreatedKey>
  listKeys(options?: ListKeysOptions): Promise<Page<KeyEntry>>
  getKey(id: string): Promise<KeyEntry>
  /** Changes the named fields only. @throws {RestApiKeyError} `version_conflict` */
  updateKey(id: string, changes: KeyChanges, options?: VersionOption): Promise<KeyEntry>
  activateKey(id: string): Promise<KeyEntry>
  /** Needs no version: a stale page never delays a revocation. */
  deactivateKey(id: string): Promise<KeyEntry>
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

  async function group(id: string): Promise<KeyGroup> {
    return (await repository.findGroup(tenantId, textOf('id', id))) ?? notFound('group')
  }

  async function key(id: string): Promise<KeyEntry> {
    return (await repository.findKey(tenantId, textOf('id', id))) ?? notFound('key')
  }

  /**
   * Reads, asks, writes in place of what was read, and begins anew if somebody else wrote in between: what was
   * authorized and recorded is what was written.
   */
  async function change(
    id: string,
    action: ManagementAction,
    changed: (before: KeyEntry) => KeyFacts,
    version?: number,
  ): Promise<KeyEntry> {
    return untilWritten(async () => {
      const before = await key(id)
      const facts = changed(before)
      if (version !== undefined && before.version !== version) throw versionConflict('key')
      await checkDirectory(directory, tenantId, facts, before)
      const target = { groupId: before.groupId, keyId: id, before: factsOf(before), after: facts }
      const event = await session.authorized(action, target)
      const after = { ...before, ...facts, version: before.version + 1, updatedAt: event.at }
      if (!(await repository.replaceKey(after, before.version, event))) return undefined
      session.tell(event)
      return after
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
      const page = parsePage(options)
      await session.authorized('group.list', {})
      const groups = await repository.listGroups(tenantId, { ...page, limit: page.limit + 1 })
      return pageOf(groups, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
    },

    async getGroup(id) {
      const found = await group(id)
      await session.authorized('group.read', { groupId: id })
      return found
    },

    async updateGroup(id, changes, options = {}) {
      const version = versionOf(options)
      return untilWritten(async () => {
        const before = await group(id)
        const facts = parseGroupInput(changes, before)
        if (version !== undefined && before.version !== version) throw versionConflict('group')
        const { name, description } = before
        const event = await session.authorized('group.update', {
          groupId: id,
          before: { name, description },
          after: facts,
        })
        const after = { ...before, ...facts, version: before.version + 1, updatedAt: event.at }
        if (!(await repository.replaceGroup(after, before.version, event))) return undefined
        session.tell(event)
        return after
      })
    },

    async deleteGroup(id) {
      await untilWritten(async () => {
        const { name, description, version } = await group(id)
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
      await checkDirectory(directory, tenantId, facts, undefined)
      await group(facts.groupId)
      const id = randomUUID()
      const event = await session.authorized('key.create', {
        groupId: facts.groupId,
        keyId: id,
        after: facts,
      })
      return untilWritten(async () => {
        const referenceId = generate.generate()
        const created = session.newKey(id, facts, hintOf(referenceId, generate), event.at)
        const outcome = await repository.insertKeys(
          [{ ...created, digest: digests[0](referenceId) }],
          [event],
        )
        if (outcome === 'group_missing') notFound('group')
        if (outcome !== 'inserted') return undefined
        session.tell(event)
        return { referenceId, key: created }
      })
    },

    async listKeys(options = {}) {
      const page = parsePage(options)
      const groupId = options.groupId === undefined ? null : textOf('groupId', options.groupId)
      const search = options.search ? textOf('search', options.search).toLowerCase() : null
      await session.authorized('key.list', { groupId })
      const found = await repository.listKeys(tenantId, { ...page, limit: page.limit + 1, groupId, search })
      return pageOf(found, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
    },

    async getKey(id) {
      const found = await key(id)
      await session.authorized('key.read', { groupId: found.groupId, keyId: id })
      return found
    },

    updateKey: async (id, changes, options = {}) =>
      change(id, 'key.update', (before) => parseKeyChanges(changes, factsOf(before)), versionOf(options)),

    activateKey: async (id) =>
      change(id, 'key.activate', (before) => ({ ...factsOf(before), activated: true })),

    deactivateKey: async (id) =>
      change(id, 'key.deactivate', (before) => ({ ...factsOf(before), activated: false })),

    async deleteKey(id) {
      await untilWritten(async () => {
        const before = await key(id)
        const target = { groupId: before.groupId, keyId: id, before: factsOf(before) }
        const event = await session.authorized('key.delete', target)
        if (!(await repository.deleteKey(tenantId, id, before.version, event))) return undefined
        session.tell(event)
        return event
      })
    },

    importKey: (input) => importOne(input, config, session),

    importKeys: (rows, options) => importKeys(rows, options, config, session),

    async listAudit(options = {}) {
      const page = parsePage(options)
      const groupId = options.groupId === undefined ? null : textOf('groupId', options.groupId)
      const keyId = options.keyId === undefined ? null : textOf('keyId', options.keyId)
      await session.authorized('audit.list', { groupId, keyId })
      const events = await repository.listAudit(tenantId, { ...page, limit: page.limit + 1, groupId, keyId })
      return pageOf(events, page.limit, ({ at, id }) => ({ at, id }))
    },

    explain: (request) => explainKey(request, config, session),
  })
}

function textOf(field: string, value: unknown): string {
  const fault = value === '' ? 'must not be empty' : textFault(value, limits.search)
  if (fault !== undefined) throw invalidInput([{ field, message: `"${field}" ${fault}` }])
  return value as string
}

function versionOf({ version }: VersionOption): number | undefined {
  if (version !== undefined && !Number.isSafeInteger(version)) {
    throw invalidInput([{ field: 'version', message: '"version" must be a whole number' }])
  }
  return version
}

function notFound(what: 'group' | 'key'): never {
  throw new RestApiKeyError('not_found', `There is no such ${what} in this tenant`)
}

function versionConflict(what: 'group' | 'key'): RestApiKeyError {
  return new RestApiKeyError('version_conflict', `The ${what} was changed by somebody else; read it again`)
}
