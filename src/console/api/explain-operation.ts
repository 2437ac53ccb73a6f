import { maxIdLength } from '../../credentials.js'
import type { ExplainRequest } from '../../management/explain-key.js'
import { Faults } from '../../management/faults.js'
import { membersOf } from '../../management/group-input.js'
import { limits } from '../../management/limits.js'
import { textFault } from '../../management/text.js'
import type { Operation } from './operation.js'
import { explanationJson } from './representations.js'

export const explainOperation: Operation = {
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
}

/** The longest text of each member. */
const explained = {
  keyId: limits.search,
  referenceId: maxIdLength,
  tenantId: limits.tenantId,
  ip: limits.search,
}

/** Checked here, because what a program passes to the manager is checked by its compiler. */
function explainRequest(content: unknown): ExplainRequest {
  const faults = new Faults()
  const members = membersOf(content, Object.keys(explained), faults)
  for (const [name, longest] of Object.entries(explained)) {
    const fault = members[name] === undefined ? undefined : textFault(members[name], longest)
    if (fault !== undefined) faults.add(name, fault)
  }
  faults.throwIfAny()
  return members
}
