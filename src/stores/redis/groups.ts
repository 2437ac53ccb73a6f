import type { KeyRepository } from '../../management/key-repository.js'
import { type Backend, commit } from './commit.js'
import { absent, unchanged } from './conditional-write.js'
import { listed, readPage, unlisted } from './order.js'
import { readText, readTexts } from './redis-client.js'
import { groupOf, groupText } from './stored-json.js'

type Groups = Pick<KeyRepository, 'insertGroup' | 'findGroup' | 'listGroups' | 'replaceGroup' | 'deleteGroup'>

/** The part of a store that holds the groups. */
export function groupsOf(backend: Backend): Groups {
  const { send, names } = backend

  /** The group, and the text that must still be there when it is changed. */
  async function read(tenantId: string, id: string) {
    const text = await readText(send, names.group(tenantId, id))
    return text === null ? null : { group: groupOf(text, tenantId), text }
  }

  return {
    async insertGroup(group, event) {
      const { tenantId, id, createdAt } = group
      const key = names.group(tenantId, id)
      await commit(
        backend,
        [absent(key, 'id_taken')],
        [listed(names.groups(tenantId), createdAt, id), ['SET', key, groupText(group)]],
        [event],
      )
    },

    async findGroup(tenantId, id) {
      return (await read(tenantId, id))?.group ?? null
    },

    listGroups: (tenantId, query) =>
      readPage(send, names.groups(tenantId), query, {}, async (ids) => {
        const keys = ids.map((id) => names.group(tenantId, id))
        return (await readTexts(send, keys)).flatMap((text) => (text === null ? [] : groupOf(text, tenantId)))
      }),

    async replaceGroup(group, version, event) {
      const { tenantId, id, createdAt } = group
      const found = await read(tenantId, id)
      if (found?.group.version !== version) return false
      const key = names.group(tenantId, id)
      const order = names.groups(tenantId)
      const failed = await commit(
        backend,
        [unchanged(key, found.text, 'changed')],
        [
          unlisted(order, found.group.createdAt, id),
          listed(order, createdAt, id),
          ['SET', key, groupText(group)],
        ],
        [event],
      )
      return failed === null
    },

    async deleteGroup(tenantId, id, version, event) {
      const found = await read(tenantId, id)
      if (found?.group.version !== version) return 'changed'
      const key = names.group(tenantId, id)
      const failed = await commit(
        backend,
        [
          unchanged(key, found.text, 'changed' as const),
          absent(names.keysOfGroup(tenantId, id), 'not_empty' as const),
        ],
        [unlisted(names.groups(tenantId), found.group.createdAt, id), ['DEL', key]],
        [event],
      )
      return failed ?? 'deleted'
    },
  }
}
