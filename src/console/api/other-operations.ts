import type { ExplainRequest } from '../../management/explain-key.js'
import { Faults } from '../../management/faults.js'
import { membersOf } from '../../management/group-input.js'
import { limits } from '../../management/limits.js'
import { textFault } from '../../management/text.js'
import type { Operation } from './operation.js'
import { auditEventJson, explanationJson, pageJson } from './representations.js'

export const otherOperations: readonly Operation[] = [
  {
    id: 'explain',
    method: 'post',
    path: '/explain',
    summary: 'Which checks a request with a key of this tenant passes; changes nothing',
    content: 'ExplainRequest',
    answers: { 200: 'Explanation' },
    run: async ({ keys, content }) => ({
      status: 200,
      body: explanationJson(await keys.explain(explainRequest(content))),
    }),
  },
  {
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
  },
  {
    id: 'getActor',
    method: 'get',
    path: '/actor',
    summary: 'Who is signed in',
    answers: { 200: 'Actor' },
    run: async ({ actor: { tenantId, userId, role = null } }) => ({
      status: 200,
      body: { tenantId, userId, role },
    }),
  },
]

const explained = ['keyId', 'referenceId', 'tenantId', 'ip']

/** Checked here, because what a program passes to the manager is checked by its compiler. */
function explainRequest(content: unknown): ExplainRequest {
  const faults = new Faults()
  const members = membersOf(content, explained, faults)
  for (const [name, value] of Object.entries(members)) {
    const fault = explained.includes(name) ? textFault(value, limits.search) : undefined
    if (fault !== undefined) faults.add(name, fault)
  }
  faults.throwIfAny()
  return members
}
