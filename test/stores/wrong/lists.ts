import type { KeyEntry, PageQuery } from 'rest-api-key/management'
import type { WrongRepository } from './repository.js'

/** Reads the whole list and pages in a way of its own. */
const listing =
  (page: (items: readonly KeyEntry[], query: PageQuery) => readonly KeyEntry[]): WrongRepository['instead'] =>
  (store) => ({
    listKeys: async (tenantId, query) =>
      page(await store.listKeys(tenantId, { ...query, after: null, limit: 10_000 }), query),
  })

/** Searches the whole list in a way of its own. */
const searching =
  (finds: (key: KeyEntry, search: string) => boolean): WrongRepository['instead'] =>
  (store) => ({
    async listKeys(tenantId, { search, ...query }) {
      const keys = await store.listKeys(tenantId, { ...query, search: null, limit: 10_000 })
      return keys.filter((key) => search === null || finds(key, search)).slice(0, query.limit)
    },
  })

const textOf = ({ hint, description, onBehalfOf, inRole }: KeyEntry) =>
  [hint, description, onBehalfOf, inRole].join('\n').toLowerCase()

/** Pages, filters and searches. */
export const wrongLists: readonly WrongRepository[] = [
  {
    wrong: 'lists the keys of every group behind the first page',
    instead: (store) => ({
      listKeys: (tenantId, query) =>
        store.listKeys(tenantId, query.after === null ? query : { ...query, groupId: null }),
    }),
    fails: 'page-group',
  },
  {
    wrong: 'forgets the search behind the first page',
    instead: (store) => ({
      listKeys: (tenantId, query) =>
        store.listKeys(tenantId, query.after === null ? query : { ...query, search: null }),
    }),
    fails: 'search',
  },
  {
    wrong: 'lists the events of every key behind the first page',
    instead: (store) => ({
      listAudit: (tenantId, query) =>
        store.listAudit(tenantId, query.after === null ? query : { ...query, keyId: null }),
    }),
    fails: 'audit-order',
  },
  {
    wrong: 'pages by offset',
    instead: (store) => {
      const offsets = new Map<string, number>()
      return listing((keys, { after, limit }) => {
        const offset = after === null ? 0 : (offsets.get(after.id) ?? 0)
        const page = keys.slice(offset, offset + limit)
        for (const { id } of page.slice(-1)) offsets.set(id, offset + page.length)
        return page
      })(store)
    },
    fails: 'page-stable',
  },
  {
    wrong: 'pages by the moment alone, and skips the rest of a millisecond',
    instead: listing((keys, { after, limit }) =>
      keys.filter(({ createdAt }) => after === null || createdAt > after.at).slice(0, limit),
    ),
    fails: 'page-order page-group',
  },
  {
    wrong: 'lists keys of one millisecond in an order of its own',
    instead: listing((keys, { after, limit }) => {
      const ordered = keys.toSorted(
        (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? 1 : -1),
      )
      const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after.id) + 1
      return ordered.slice(start, start + limit)
    }),
    fails: 'page-order page-stable',
  },
  {
    wrong: 'lists groups in the order of their names',
    instead: (store) => ({
      listGroups: async (tenantId, query) => (await store.listGroups(tenantId, query)).toReversed(),
    }),
    fails: 'group-page',
  },
  {
    wrong: 'lists the keys of every group',
    instead: (store) => ({
      listKeys: (tenantId, query) => store.listKeys(tenantId, { ...query, groupId: null }),
    }),
    fails: 'page-group search',
  },
  {
    wrong: 'takes wildcards of a search for wildcards',
    instead: searching((key, search) => {
      const pattern = search.replace(/[^%_]/gu, '\\$&').replaceAll('%', '.*').replaceAll('_', '.')
      return new RegExp(pattern.replace(/\\([a-z0-9])/gi, '$1'), 's').test(textOf(key))
    }),
    fails: 'search',
  },
  {
    wrong: 'searches in lower case only',
    instead: searching((key, search) =>
      [key.hint, key.description, key.onBehalfOf, key.inRole].join('\n').includes(search),
    ),
    fails: 'search',
  },
  {
    wrong: 'lowers ASCII letters only in a search',
    instead: searching((key, search) =>
      [key.hint, key.description, key.onBehalfOf, key.inRole]
        .join('\n')
        .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
        .includes(search),
    ),
    fails: 'search',
  },
  {
    wrong: 'finds a text that begins in one field and ends in another',
    instead: searching(({ hint, description, onBehalfOf, inRole }, search) =>
      [hint, description, onBehalfOf, inRole].join('').toLowerCase().includes(search),
    ),
    fails: 'search',
  },
  {
    wrong: 'searches descriptions only',
    instead: searching(({ description }, search) => description?.toLowerCase().includes(search) ?? false),
    fails: 'search',
  },
  {
    wrong: 'searches what a key was at first',
    instead: (store) => {
      const texts = new Map<string, string>()
      return {
        async insertKeys(keys, events) {
          for (const key of keys) texts.set(key.id, textOf(key))
          return store.insertKeys(keys, events)
        },
        ...searching(({ id }, search) => texts.get(id)?.includes(search) ?? false)(store),
      }
    },
    fails: 'search',
  },
]
