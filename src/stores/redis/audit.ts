import type { KeyRepository } from '../../management/key-repository.js'
import type { Backend } from './commit.js'
import { readPage, searchBatch } from './order.js'
import { readTexts } from './redis-client.js'
import { eventOf } from './stored-json.js'

/** The part of a store that reads the audit; `commit` writes it. */
export function auditOf({ send, names }: Backend): Pick<KeyRepository, 'listAudit'> {
  return {
    async listAudit(tenantId, { groupId, keyId, ...query }) {
      const [order, batch] =
        keyId !== null
          ? [names.auditOfKey(tenantId, keyId), groupId === null ? 1 : searchBatch]
          : [groupId !== null ? names.auditOfGroup(tenantId, groupId) : names.audit(tenantId), 1]
      return readPage(send, order, query, { latestFirst: true, batch }, async (ids) =>
        (await readTexts(send, ids.map(names.event)))
          .flatMap((text) => (text === null ? [] : eventOf(text, tenantId)))
          .filter((event) => groupId === null || event.groupId === groupId),
      )
    },
  }
}
