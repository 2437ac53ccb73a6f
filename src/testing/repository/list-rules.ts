import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { KeyRepository, StoredKey } from '../../management/key-repository.js'
import {
  allKeys,
  entryOf,
  event,
  idsOf,
  key,
  type RepositoryRule,
  start,
  withGroup,
  withKey,
} from './fixtures.js'

/** Reads a list to its end, page by page, doing something between the pages. */
async function readAll(
  repository: KeyRepository,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = []
  let after: { at: Date; id: string } | null = null
  for (let page = 0; ; page++) {
    const items: readonly KeyEntry[] = await repository.listKeys('acme', { ...allKeys, after, limit })
    const last = items.at(-1)
    if (last === undefined) return ids
    ids.push(...items.map(({ id }) => id))
    after = { at: last.createdAt, id: last.id }
    await between(page)
  }
}

export const listRules: readonly RepositoryRule[] = [
  [
    'group-page',
    'lists groups in the order of their creation, page by page',
    async (repository) => {
      const added: KeyGroup[] = []
      for (const offset of [3, 1, 2, 2]) {
        added.push(await withGroup(repository, { createdAt: new Date(start + offset) }))
      }
      const ids = added
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
        .map(({ id }) => id)
      assert.deepEqual(await idsOf(repository.listGroups('acme', { after: null, limit: 2 })), ids.slice(0, 2))
      const { createdAt: at, id } = added[1] as KeyGroup
      assert.deepEqual(
        await idsOf(repository.listGroups('acme', { after: { at, id }, limit: 9 })),
        ids.slice(2),
      )
    },
  ],
  [
    'page-order',
    'lists keys in the order of their creation, those of one millisecond by id',
    async (repository) => {
      const { id } = await withGroup(repository)
      const keys = Array.from({ length: 9 }, (_, index) =>
        key(id, { createdAt: new Date(start + (index % 3)) }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const expected = keys
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
        .map((one) => one.id)
      for (const limit of [1, 2, 4, 9, 20]) assert.deepEqual(await readAll(repository, limit), expected)
    },
  ],
  [
    'page-stable',
    'repeats and skips nothing while keys are added and deleted between pages',
    async (repository) => {
      const { id } = await withGroup(repository)
      const keys = Array.from({ length: 12 }, (_, index) =>
        key(id, { createdAt: new Date(start + 10 * index) }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const at = (index: number) => keys[index] as StoredKey
      const read = await readAll(repository, 3, async (page) => {
        if (page === 0) {
          await repository.deleteKey('acme', at(0).id, 1, event(at(0)))
          await repository.deleteKey('acme', at(2).id, 1, event(at(2)))
          await withKey(repository, id, { createdAt: new Date(start + 5) })
          await withKey(repository, id, { createdAt: new Date(start + 1_000), id: 'late' })
        }
        if (page === 1) await repository.deleteKey('acme', at(11).id, 1, event(at(11)))
      })
      assert.deepEqual(read, [...keys.slice(0, 11).map((one) => one.id), 'late'])
    },
  ],
  [
    'page-group',
    'lists the keys of one group',
    async (repository) => {
      const [one, two] = [await withGroup(repository), await withGroup(repository)]
      const first = await withKey(repository, one.id)
      const second = await withKey(repository, two.id)
      for (const after of [null, { at: new Date(start - 1), id: '' }, { at: new Date(start), id: '' }]) {
        const query = { ...allKeys, after }
        assert.deepEqual(await idsOf(repository.listKeys('acme', { ...query, groupId: one.id })), [first.id])
        assert.deepEqual(await idsOf(repository.listKeys('acme', { ...query, groupId: two.id })), [second.id])
      }
      assert.deepEqual(await repository.listKeys('acme', { ...allKeys, groupId: randomUUID() }), [])
    },
  ],
  [
    'search',
    'finds keys by any part of hint, description, On Behalf Of and In Role, in any case, wildcards taken literally',
    async (repository) => {
      const { id } = await withGroup(repository)
      const texts = [
        { description: 'Nightly IMPORT of orders' },
        { onBehalfOf: 'jdoe@example.com' },
        { inRole: 'Read_Only 100%' },
        { hint: 'rak_…Zz9Q' },
        { description: 'ÄRZTE \\ Büro' },
      ]
      const keys = texts.map((text, index) =>
        key(id, { createdAt: new Date(start + index), hint: '…', ...text }),
      )
      await repository.insertKeys(
        keys,
        keys.map((one) => event(one)),
      )
      const table: readonly (readonly [search: string, found: readonly number[]])[] = [
        ['import', [0]],
        ['doe@', [1]],
        ['read_only', [2]],
        ['100%', [2]],
        ['zz9q', [3]],
        ['ärzte', [4]],
        ['\\', [4]],
        ['%', [2]],
        ['_', [2, 3]],
        ['r', [0, 2, 3, 4]],
        ['nothing of it', []],
        ['…nightly', []],
        ["' or 1=1 --", []],
      ]
      for (const [search, found] of table) {
        assert.deepEqual(
          await idsOf(repository.listKeys('acme', { ...allKeys, search })),
          found.map((index) => keys[index]?.id),
          search,
        )
      }
      const after = { at: new Date(start), id: keys[0]?.id as string }
      assert.deepEqual(await idsOf(repository.listKeys('acme', { ...allKeys, after, search: 'r' })), [
        ...[2, 3, 4].map((index) => keys[index]?.id),
      ])
      const [zero] = keys as [StoredKey]
      await repository.replaceKey({ ...entryOf(zero), description: 'renamed', version: 2 }, 1, event(zero))
      assert.deepEqual(await repository.listKeys('acme', { ...allKeys, search: 'import' }), [])
      assert.deepEqual(await idsOf(repository.listKeys('acme', { ...allKeys, search: 'renamed' })), [zero.id])
      assert.deepEqual(
        await repository.listKeys('acme', { ...allKeys, search: 'renamed', groupId: 'none' }),
        [],
      )
    },
  ],
]
