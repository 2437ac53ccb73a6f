/** The addresses of the pages. Nothing of them is secret, and none of them changes anything by being visited. */
export interface ConsolePaths {
  readonly home: string
  readonly newGroup: string
  readonly test: string
  readonly history: string
  group(id: string): string
  /** The keys of a group, or of all of them. */
  keysOf(groupId: string | null, query?: PageParameters): string
  search(groupId: string | null): string
  editGroup(id: string): string
  deleteGroup(id: string): string
  newKey(groupId: string): string
  key(id: string): string
  activateKey(id: string): string
  deactivateKey(id: string): string
  deleteKey(id: string): string
  testKey(id: string): string
  historyOf(query: PageParameters): string
  asset(name: string): string
}

type PageParameters = Readonly<Record<string, string | null | undefined>>

export function consolePaths(basePath: string): ConsolePaths {
  const home = basePath === '' ? '/' : basePath
  const group = (id: string) => `${basePath}/groups/${encodeURIComponent(id)}`
  const key = (id: string) => `${basePath}/keys/${encodeURIComponent(id)}`
  const test = `${basePath}/test`
  const history = `${basePath}/history`
  return Object.freeze<ConsolePaths>({
    home,
    newGroup: `${basePath}/groups/new`,
    test,
    history,
    group,
    keysOf: (groupId, query = {}) => (groupId === null ? home : group(groupId)) + queryOf(query),
    search: (groupId) => `${groupId === null ? basePath : group(groupId)}/search`,
    editGroup: (id) => `${group(id)}/edit`,
    deleteGroup: (id) => `${group(id)}/delete`,
    newKey: (groupId) => `${group(groupId)}/keys/new`,
    key,
    activateKey: (id) => `${key(id)}/activate`,
    deactivateKey: (id) => `${key(id)}/deactivate`,
    deleteKey: (id) => `${key(id)}/delete`,
    testKey: (id) => test + queryOf({ key: id }),
    historyOf: (query) => history + queryOf(query),
    asset: (name) => `${basePath}/assets/${name}`,
  })
}

function queryOf(parameters: PageParameters): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
