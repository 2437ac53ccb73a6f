import type { Page } from '../../management/cursor.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { ConsolePaths } from '../console-paths.js'
import { shortened } from './texts.js'

type Props = {
  readonly paths: ConsolePaths
  readonly groups: Page<KeyGroup>
  /** Of the page of groups that is shown. */
  readonly cursor: string | null
  readonly selected: string | null
}

export function GroupList({ paths, groups: { items, nextCursor }, cursor, selected }: Props) {
  return (
    <nav class="groups" aria-labelledby="groups">
      <div class="head">
        <h2 id="groups">Key groups</h2>
        <a class="button" href={paths.newGroup}>
          Add Key Group
        </a>
      </div>
      <ul>
        <li>
          <a
            href={paths.keysOf(null, { groups: cursor })}
            aria-current={selected === null ? 'page' : undefined}
          >
            All keys
          </a>
        </li>
        {items.map(({ id, name }) => (
          <li>
            <a
              href={paths.keysOf(id, { groups: cursor })}
              aria-current={selected === id ? 'page' : undefined}
            >
              <bdi>{shortened(name, 48)}</bdi>
            </a>
          </li>
        ))}
      </ul>
      <p class="pages">
        {cursor !== null && <a href={paths.keysOf(selected)}>First groups</a>}
        {nextCursor !== null && <a href={paths.keysOf(selected, { groups: nextCursor })}>More groups</a>}
      </p>
    </nav>
  )
}
