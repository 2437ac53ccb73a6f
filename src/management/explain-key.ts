import { createAuthorizer } from '../authorizer.js'
import type { Explanation } from '../explanation.js'
import type { KeyRecord } from '../key-record.js'
import type { KeyStore } from '../key-store.js'
import { assertOptions } from '../options.js'
import { invalidInput } from './faults.js'
import type { KeyManagerConfig } from './key-manager.js'
import type { Session } from './session.js'
import { textOf } from './text.js'

/** A request as an operator describes it: with the key's id, or with the Reference ID itself. */
export interface ExplainRequest {
  /** The key's `id`. */
  readonly keyId?: string
  /** The credential, if the operator has it. Exactly one of the two. */
  readonly referenceId?: string
  /** The tenant that the request claims. Default: the actor's. */
  readonly tenantId?: string
  /** The client's address. Default: unknown. */
  readonly ip?: string
}

/** Of the actor's tenant only: a key of another one is unknown here. */
export async function explainKey(
  request: ExplainRequest,
  config: KeyManagerConfig,
  session: Session,
): Promise<Explanation> {
  assertOptions('explain', request, ['keyId', 'referenceId', 'tenantId', 'ip'])
  const { keyId, referenceId, ip } = request
  if ((keyId === undefined) === (referenceId === undefined)) {
    throw invalidInput([
      { field: 'keyId', message: 'Exactly one of "keyId" and "referenceId" must be given' },
    ])
  }
  const { tenantId } = session.actor
  const { repository, digests, generate } = config
  const key = keyId === undefined ? null : await repository.findKey(tenantId, textOf('keyId', keyId))
  await session.authorized('key.explain', { groupId: key?.groupId ?? null, keyId: keyId ?? null })
  let refused: { readonly error: unknown } | undefined
  /** Now that it is known which key it is. */
  async function askAgain({ groupId = null, id }: KeyRecord): Promise<void> {
    try {
      await session.authorized('key.explain', { groupId, keyId: id })
    } catch (error) {
      refused = { error }
    }
  }
  const store: KeyStore = {
    async findByDigest(digest, options) {
      // Whatever is looked up stands for the key: its digest is known to the repository alone.
      if (keyId !== undefined) return key && { ...key, digest }
      const record = await repository.findByDigest(digest, options)
      if (typeof record?.tenantId === 'string' && record.tenantId !== tenantId) return null
      if (record !== null) await askAgain(record)
      return record
    },
  }
  const authorizer = createAuthorizer({ store, cache: false, digest: digests, referenceIds: generate })
  const explanation = await authorizer.explain({
    headerLines: () => [`rest_api_key=${referenceId ?? 'any'}`],
    tenantId: request.tenantId ?? tenantId,
    ip,
  })
  if (refused !== undefined) throw refused.error
  return explanation
}
