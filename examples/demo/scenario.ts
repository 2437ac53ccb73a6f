import { authorizationFor, type KeyStore, type MemoryKeySeed, memoryStore, referenceIds } from 'rest-api-key'
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
  readonly before?: () => void
}

/** Keys of two tenants, and the requests to be sent with them, in this order. */
export function createScenario(): { store: KeyStore; requests: readonly DemoRequest[] } {
  const ids = referenceIds()
  const keys = memoryStore({ keys: Object.values(exampleKeys) })

  function createKey(facts: Omit<MemoryKeySeed, 'referenceId'>) {
    const referenceId = ids.generate()
    const record = keys.put({ ...facts, referenceId })
    return { record, authorization: authorizationFor(referenceId) }
  }

  const administrator = createKey({ tenantId: 'acme', onBehalfOf: 'jdoe', inRole: 'Administrator' })
  const operator = createKey({ tenantId: 'acme', inRole: 'Operator' })
  const ofGlobex = createKey({ tenantId: 'globex' })
  const forThisHost = createKey({ tenantId: 'acme', allowedIps: ['127.0.0.1'] })
  const forOtherHosts = createKey({ tenantId: 'acme', allowedIps: ['192.0.2.0/24'] })
  const unreadable = createKey({ tenantId: 'acme' })
  const unknown = authorizationFor(ids.generate())

  const store: KeyStore = {
    ...keys,
    async findByDigest(digest, options) {
      if (digest === unreadable.record.digest) throw new Error('The database does not answer')
      return keys.findByDigest(digest, options)
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
    { name: 'DELETE as Administrator', ...deleteIncident, ...administrator, expected: '204' },
    {
      name: 'own key, deactivated a moment ago',
      before: () => keys.put({ ...operator.record, activated: false }),
      ...operator,
      expected: '401 not_authorized',
    },
    { name: 'own key, store out of order', ...unreadable, expected: '503 temporarily_unavailable' },
  ]
  return { store, requests }
}
