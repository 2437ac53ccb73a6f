import type { Page } from '../../management/cursor.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { Site } from '../site.js'
import { GroupList } from './group-list.js'
import { KeyTable } from './key-table.js'
import { Notice } from './notice.js'
import { Moment, shortened } from './texts.js'

type Props = {
  readonly site: Site
  readonly groups: Page<KeyGroup>
  readonly groupsCursor: string | null
  /** The selected group; `null`: the keys of all of them. */
  readonly group: KeyGroup | null
  readonly keys: Page<KeyEntry>
  readonly cursor: string | null
  readonly search: string
  readonly done: string | undefined
}

/** *Configure > Security Controls > API Keys*: the groups, and the keys of the selected one. */
export function KeysPage({ site, groups, groupsCursor, group, keys, cursor, search, done }: Props) {
  const { paths } = site
  const groupId = group?.id ?? null
  return (
    <>
      <h1>API Keys</h1>
      <Notice name={done} />
      <div class="columns">
        <GroupList paths={paths} groups={groups} cursor={groupsCursor} selected={groupId} />
        <section aria-labelledby="keys">
          <div class="head">
            <h2 id="keys">
              <bdi>{shortened(group?.name ?? 'All keys', 100)}</bdi>
            </h2>
            {group && (
              <p class="actions">
                <a class="button primary" href={paths.newKey(group.id)}>
                  Add API Key
                </a>
                <a class="button" href={paths.editGroup(group.id)}>
                  Edit Key Group
                </a>
                <a class="button" href={paths.deleteGroup(group.id)}>
                  Delete Key Group
                </a>
                <a class="button" href={paths.historyOf({ group: group.id })}>
                  History of the group
                </a>
              </p>
            )}
          </div>
          {group?.description != null && (
            <p class="description">
              <bdi>{shortened(group.description, 300)}</bdi>
            </p>
          )}
          {group && (
            <p class="hint">
              Created <Moment at={group.createdAt} />
              {group.version > 1 && (
                <>
                  , changed <Moment at={group.updatedAt} />
                </>
              )}
            </p>
          )}
          <search>
            <form method="post" action={paths.search(groupId)} class="search">
              <label for="search">Search</label>
              <input
                type="search"
                id="search"
                name="search"
                value={search}
                autocomplete="off"
                aria-describedby="search-hint"
              />
              <button type="submit">Search</button>
              <p class="hint" id="search-hint">
                In hint, description, On Behalf Of and In Role
              </p>
            </form>
          </search>
          <KeyTable paths={paths} keys={keys.items} found={search !== ''} selectable={group === null} />
          <p class="pages">
            {cursor !== null && (
              <a href={paths.keysOf(groupId, { search, groups: groupsCursor })}>First page</a>
            )}
            {keys.nextCursor !== null && (
              <a
                rel="next"
                href={paths.keysOf(groupId, { search, cursor: keys.nextCursor, groups: groupsCursor })}
              >
                Next page
              </a>
            )}
          </p>
        </section>
      </div>
    </>
  )
}
