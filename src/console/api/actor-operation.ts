import type { Operation } from './operation.js'

export const actorOperation: Operation = {
  id: 'getActor',
  method: 'get',
  path: '/actor',
  summary: 'Who is signed in',
  answers: { 200: 'Actor' },
  run: async ({ actor: { tenantId, userId, role = null } }) => ({
    status: 200,
    body: { tenantId, userId, role },
  }),
}
