import type { GroupInput } from '../../management/group-input.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { Answer, Operation } from './operation.js'
import { groupJson, pageJson } from './representations.js'

export const groupOperations: readonly Operation[] = [
  {
    id: 'listGroups',
    method: 'get',
    path: '/groups',
    summary: 'A page of groups, the oldest first',
    query: ['cursor', 'limit'],
    answers: { 200: 'GroupPage' },
    run: async ({ keys, query }) => ({
      status: 200,
      body: pageJson(await keys.listGroups(query), groupJson),
    }),
  },
  {
    id: 'createGroup',
    method: 'post',
    path: '/groups',
    summary: 'Creates a group; every key is in one',
    content: 'GroupInput',
    answers: { 201: 'Group' },
    async run({ keys, content }) {
      const group = await keys.createGroup(content as GroupInput)
      return { ...answered(group), status: 201, location: `/groups/${group.id}` }
    },
  },
  {
    id: 'getGroup',
    method: 'get',
    path: '/groups/{groupId}',
    summary: 'One group',
    answers: { 200: 'Group' },
    run: async ({ keys, id }) => answered(await keys.getGroup(id)),
  },
  {
    id: 'updateGroup',
    method: 'patch',
    path: '/groups/{groupId}',
    summary: 'Changes the members that are given, and leaves the others',
    content: 'GroupChanges',
    conditional: true,
    answers: { 200: 'Group' },
    run: async ({ keys, id, content, version }) =>
      answered(await keys.updateGroup(id, content as Partial<GroupInput>, version)),
  },
  {
    id: 'deleteGroup',
    method: 'delete',
    path: '/groups/{groupId}',
    summary: 'Deletes a group that has no keys',
    answers: { 204: null },
    async run({ keys, id }) {
      await keys.deleteGroup(id)
      return { status: 204 }
    },
  },
]

function answered(group: KeyGroup): Answer {
  return { status: 200, body: groupJson(group), version: group.version }
}
