import type { KeyEntry } from '../../management/key-entry.js'
import type { ConsolePaths } from '../console-paths.js'
import { Status } from './key-table.js'
import { Moment } from './texts.js'

type Props = { readonly paths: ConsolePaths; readonly entry: KeyEntry }

/** What is known of a key besides what can be edited. */
export function KeyReference({ paths, entry }: Props) {
  const { id, hint, createdAt, updatedAt, lastUsedAt, expiresAt, version } = entry
  return (
    <div>
      <p>
        <code>{hint}</code> <Status entry={entry} />
      </p>
      <p class="hint">
        The Reference ID was shown when the key was saved and cannot be shown again. Created{' '}
        <Moment at={createdAt} />
        {version > 1 && (
          <>
            , changed <Moment at={updatedAt} />
          </>
        )}
        {lastUsedAt !== null && (
          <>
            , last used <Moment at={lastUsedAt} />
          </>
        )}
        {expiresAt !== null && (
          <>
            , works before <Moment at={expiresAt} />
          </>
        )}
        .
      </p>
      <p class="actions">
        <a class="button" href={paths.testKey(id)}>
          Test a request
        </a>
        <a class="button" href={paths.historyOf({ key: id })}>
          History
        </a>
        <a class="button" href={paths.deleteKey(id)}>
          Delete
        </a>
      </p>
    </div>
  )
}
