import type { Operation } from './operation.js'
import { auditEventJson, pageJson } from './representations.js'

export const auditOperation: Operation = {
  id: 'listAudit',
  method: 'get',
  path: '/audit',
  summary: 'A page of changes, the latest first',
  query: ['groupId', 'keyId', 'cursor', 'limit'],
  answers: { 200: 'AuditPage' },
  run: async ({ keys, query }) => ({
    status: 200,
    body: pageJson(await keys.listAudit(query), auditEventJson),
  }),
}
