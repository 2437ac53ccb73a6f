import { everything, type WrongRepository } from './repository.js'

const tenants = ['acme', 'globex']

/** The tenant to which the item really belongs. */
async function ownerOf(find: (tenantId: string) => Promise<unknown>, other: string): Promise<string> {
  for (const tenantId of tenants) if ((await find(tenantId)) !== null) return tenantId
  return other
}

/** What is of another tenant. */
export const wrongTenants: readonly WrongRepository[] = [
  {
    wrong: "finds another tenant's group",
    instead: (store) => ({
      findGroup: async (tenantId, id) =>
        store.findGroup(await ownerOf((one) => store.findGroup(one, id), tenantId), id),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: "finds another tenant's key",
    instead: (store) => ({
      findKey: async (tenantId, id) =>
        store.findKey(await ownerOf((one) => store.findKey(one, id), tenantId), id),
    }),
    fails: 'tenants-apart tenants-exact',
  },
  {
    wrong: "lists every tenant's groups",
    instead: (store) => ({
      listGroups: async (tenantId, query) =>
        tenants.includes(tenantId)
          ? (await Promise.all(tenants.map((one) => store.listGroups(one, query)))).flat()
          : store.listGroups(tenantId, query),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: 'lists the keys of a group of any tenant',
    instead: (store) => ({
      listKeys: async (tenantId, query) =>
        query.groupId === null
          ? store.listKeys(tenantId, query)
          : (await Promise.all(tenants.map((one) => store.listKeys(one, query)))).flat(),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: 'lists the audit of a key of any tenant',
    instead: (store) => ({
      listAudit: async (tenantId, query) =>
        query.keyId === null
          ? store.listAudit(tenantId, query)
          : (
              await Promise.all(
                [...new Set([...tenants, tenantId])].map((one) => store.listAudit(one, query)),
              )
            ).flat(),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: "replaces another tenant's key",
    instead: (store) => ({
      async replaceKey(key, version, event) {
        const tenantId = await ownerOf((one) => store.findKey(one, key.id), key.tenantId)
        return store.replaceKey({ ...key, tenantId }, version, event)
      },
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: "replaces another tenant's group",
    instead: (store) => ({
      async replaceGroup(group, version, event) {
        const tenantId = await ownerOf((one) => store.findGroup(one, group.id), group.tenantId)
        return store.replaceGroup({ ...group, tenantId }, version, event)
      },
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: "deletes another tenant's key",
    instead: (store) => ({
      deleteKey: async (tenantId, id, version, event) =>
        store.deleteKey(await ownerOf((one) => store.findKey(one, id), tenantId), id, version, event),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: "deletes another tenant's group",
    instead: (store) => ({
      deleteGroup: async (tenantId, id, version, event) =>
        store.deleteGroup(await ownerOf((one) => store.findGroup(one, id), tenantId), id, version, event),
    }),
    fails: 'tenants-apart',
  },
  ...(
    [
      ['case', (tenantId) => tenantId.toLowerCase()],
      ['accents', (tenantId) => tenantId.normalize('NFD').replace(/\p{M}/gu, '')],
      ['blanks', (tenantId) => tenantId.trim()],
      ['forms of a number', (tenantId) => (Number(tenantId) === 0 ? '0' : tenantId)],
    ] as const satisfies readonly (readonly [string, (tenantId: string) => string])[]
  ).map(
    ([what, fold]): WrongRepository => ({
      wrong: `folds ${what} of tenants`,
      instead: (store) => ({
        findKey: async (tenantId, id) => {
          const key = await store.findKey(tenantId, id)
          if (key !== null) return key
          const all = await store.listKeys(fold(tenantId), everything)
          return all.find((one) => one.id === id) ?? null
        },
      }),
      fails: 'tenants-exact',
    }),
  ),
  {
    wrong: 'searches the keys of every tenant',
    instead: (store) => ({
      listKeys: async (tenantId, query) =>
        query.search === null
          ? store.listKeys(tenantId, query)
          : (await Promise.all(tenants.map((one) => store.listKeys(one, query)))).flat(),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: 'lists the keys of every tenant behind the first page',
    instead: (store) => ({
      listKeys: async (tenantId, query) =>
        query.after === null
          ? store.listKeys(tenantId, query)
          : (await Promise.all(tenants.map((one) => store.listKeys(one, query)))).flat(),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: 'lists the groups of every tenant behind the first page',
    instead: (store) => ({
      listGroups: async (tenantId, query) =>
        query.after === null
          ? store.listGroups(tenantId, query)
          : (await Promise.all(tenants.map((one) => store.listGroups(one, query)))).flat(),
    }),
    fails: 'tenants-apart',
  },
  {
    wrong: 'lists the audit of every tenant behind the first page',
    instead: (store) => ({
      listAudit: async (tenantId, query) =>
        query.after === null
          ? store.listAudit(tenantId, query)
          : (await Promise.all(tenants.map((one) => store.listAudit(one, query)))).flat(),
    }),
    fails: 'tenants-apart',
  },
]
