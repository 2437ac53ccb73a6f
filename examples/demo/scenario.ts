import { authorizationFor, type KeyStore, referenceIds, sha256Digest } from 'rest-api-key'
import {
  createKeyManager,
  type KeyChanges,
  type KeyRepository,
  type TenantKeys,
} from 'rest-api-key/management'
import { exampleKeys } from '../shared/keys.js'

export interface DemoRequest {
  readonly name: string
  readonly authorization?: string
  /** Default `acme`. */
  readonly tenant?: string
  /** Default `GET`. */
  readonly method?: 'GET' | 'DELETE'
  /** Default `/incidents`. */
  readonly path?: string
  /** The status, and of a refusal also the `code` in its body. */
  readonly expected: string
  /** Done just before it is sent. */
  readonly before?: () => Promise<unknown>
}

export interface Scenario {
  readonly store: KeyStore
  /** In this order. */
  readonly requests: readonly DemoRequest[]
  /** Keys that an earlier run has left in the repository. */
  readonly keptKeys: number
}

/** Creates keys of two tenants, as their administrators would, and the requests to be sent with them. */
export async function createScenario(repository: KeyRepository): Promise<Scenario> {
  const manager = createKeyManager({ repository, authorize: (actor) => actor.role === 'Administrator' })
  const administrator = { userId: 'jdoe', role: 'Administrator' }
  const acme = await tenantOf(manager.as({ tenantId: 'acme', ...administrator }))
  const globex = await tenantOf(manager.as({ tenantId: 'globex', ...administrator }))
  for (const { referenceId, tenantId, id: _, ...facts } of Object.values(exampleKeys)) {
    const { keys, groupId } = tenantId === 'acme' ? acme : globex
    await keys.importKey({ referenceId, groupId, ...facts })
  }

  const byAdministrator = await acme.createKey({ onBehalfOf: 'jdoe', inRole: 'Administrator' })
  const operator = await acme.createKey({ inRole: 'Operator' })
  const ofGlobex = await globex.createKey({})
  const forThisHost = await acme.createKey({ allowedIps: ['127.0.0.1'] })
  const forOtherHosts = await acme.createKey({ allowedIps: ['192.0.2.0/24'] })
  const unreadable = await acme.createKey({})
  const unknown = authorizationFor(referenceIds().generate())

  const store: KeyStore = {
    ...repository,
    async findByDigest(digest, options) {
      if (digest === unreadable.digest) throw new Error('The database does not answer')
      return repository.findByDigest(digest, options)
    },
  }

  const deleteIncident = { method: 'DELETE', path: '/incidents/INC-1' } as const
  const requests: DemoRequest[] = [
    { name: 'own key', ...operator, expected: '200' },
    { name: "the other tenant's own key", ...ofGlobex, tenant: 'globex', expected: '200' },
    { name: 'no key', expected: '401 missing_credentials' },
    { name: 'unknown key', authorization: unknown, expected: '401 not_authorized' },
    { name: "another tenant's key", ...ofGlobex, expected: '401 not_authorized' },
    { name: 'key for 127.0.0.1, from there', ...forThisHost, expected: '200' },
    { name: 'key for 192.0.2.0/24, from 127.0.0.1', ...forOtherHosts, expected: '401 not_authorized' },
    { name: 'DELETE as Operator', ...deleteIncident, ...operator, expected: '403 role_not_allowed' },
    { name: 'DELETE as Administrator', ...deleteIncident, ...byAdministrator, expected: '204' },
    {
      name: 'own key, deactivated a moment ago',
      before: () => acme.keys.deactivateKey(operator.keyId),
      ...operator,
      expected: '401 not_authorized',
    },
    { name: 'own key, store out of order', ...unreadable, expected: '503 temporarily_unavailable' },
  ]
  return { store, requests, keptKeys: acme.keptKeys + globex.keptKeys }
}

/** The tenant's group of the demo, and the keys that are in it already. */
async function tenantOf(keys: TenantKeys) {
  const { items } = await keys.listGroups({ limit: 1 })
  const { id: groupId } = items[0] ?? (await keys.createGroup({ name: 'Demo' }))
  let keptKeys = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof keys.listKeys>> = await keys.listKeys({ groupId, cursor })
    keptKeys += page.items.length
    cursor = page.nextCursor
  } while (cursor !== null)

  async function createKey(facts: KeyChanges) {
    const { referenceId, key } = await keys.createKey({ groupId, ...facts })
    return {
      keyId: key.id,
      digest: sha256Digest()(referenceId),
      authorization: authorizationFor(referenceId),
    }
  }
  return { keys, groupId, keptKeys, createKey }
}
