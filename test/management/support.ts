import { memoryStore } from 'rest-api-key'
import {
  type AuditEvent,
  createKeyManager,
  type ImportReport,
  type KeyManagerOptions,
  type KeyRepository,
  type TenantKeys,
} from 'rest-api-key/management'

/** An administrator of `acme` at work, and everything that `onAudit` has heard. */
export async function openManager(options: Partial<KeyManagerOptions> = {}) {
  const repository = options.repository ?? memoryStore()
  const audit: AuditEvent[] = []
  const manager = createKeyManager({
    repository,
    authorize: () => true,
    onAudit: (event) => audit.push(event),
    ...options,
  })
  const acme = manager.as({ tenantId: 'acme', userId: 'jdoe', role: 'Administrator' })
  const globex = manager.as({ tenantId: 'globex', userId: 'jdoe', role: 'Administrator' })
  return { repository, manager, acme, globex, audit }
}

/** Two tenants, one of them with a group for keys that were issued elsewhere. */
export async function openForImport(repository: KeyRepository = memoryStore()) {
  const manager = createKeyManager({ repository, authorize: () => true })
  const acme = manager.as({ tenantId: 'acme', userId: 'jdoe' })
  const globex = manager.as({ tenantId: 'globex', userId: 'jdoe' })
  const { id: groupId } = await acme.createGroup({ name: 'Imported keys' })
  return { acme, globex, groupId, repository }
}

export const rowsIn = ({ imported, unchanged, refused }: ImportReport) => imported + unchanged + refused

export async function withKey(keys: TenantKeys) {
  const group = await keys.createGroup({ name: 'Integrations' })
  const created = await keys.createKey({ groupId: group.id, description: 'Nightly import' })
  return { group, ...created }
}

/** The error's code, and the fields of its faults. */
export async function refusal(promise: Promise<unknown>): Promise<{ code: string; fields: string[] }> {
  try {
    await promise
  } catch (error) {
    const { code, faults } = error as { code: string; faults: readonly { field: string }[] }
    return { code, fields: faults.map(({ field }) => field) }
  }
  throw new Error('it was not refused')
}
