import type { KeyEntry } from '../../management/key-entry.js'
import type { ConsolePaths } from '../console-paths.js'
import { Moment, shortened, Text } from './texts.js'

const columns = [
  'Key',
  'Activated',
  'Description',
  'On Behalf Of',
  'In Role',
  'IP addresses',
  'Last used',
  'Actions',
] as const

type Props = {
  readonly paths: ConsolePaths
  readonly keys: readonly KeyEntry[]
  /** Whether these are what a search has found. */
  readonly found: boolean
  /** Whether no group is selected. */
  readonly selectable: boolean
}

/** Said in so many words, because a narrow screen shows rows as cards and browsers then forget what they are. */
function as(role: 'table' | 'rowgroup' | 'row' | 'columnheader' | 'cell') {
  return { role }
}

export function KeyTable({ paths, keys, found, selectable }: Props) {
  if (keys.length === 0) {
    return (
      <p class="empty">
        {found
          ? 'No key is found.'
          : selectable
            ? 'There are no keys yet. Select a key group, or add one, to add an API key.'
            : 'This group has no keys yet.'}
      </p>
    )
  }
  return (
    <table {...as('table')} aria-labelledby="keys">
      <thead {...as('rowgroup')}>
        <tr {...as('row')}>
          {columns.map((column) => (
            <th {...as('columnheader')} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...as('rowgroup')}>
        {keys.map((key) => (
          <KeyRow paths={paths} entry={key} />
        ))}
      </tbody>
    </table>
  )
}

function KeyRow({ paths, entry }: { readonly paths: ConsolePaths; readonly entry: KeyEntry }) {
  const { id, hint, activated, description, onBehalfOf, inRole, allowedIps, lastUsedAt } = entry
  const cell = (index: number) => ({ ...as('cell'), 'data-label': columns[index] })
  return (
    <tr {...as('row')}>
      <td {...cell(0)}>
        <a href={paths.key(id)}>
          <code>{hint}</code>
        </a>
      </td>
      <td {...cell(1)}>
        <Status entry={entry} />
      </td>
      <td {...cell(2)}>
        <Text value={description} length={60} />
      </td>
      <td {...cell(3)}>
        <Text value={onBehalfOf} length={32} />
      </td>
      <td {...cell(4)}>
        <Text value={inRole} length={32} />
      </td>
      <td {...cell(5)}>{addressesIn(allowedIps)}</td>
      <td {...cell(6)}>
        {lastUsedAt === null ? <span class="none">never</span> : <Moment at={lastUsedAt} />}
      </td>
      <td {...cell(7)}>
        <div class="actions">
          <form method="post" action={activated ? paths.deactivateKey(id) : paths.activateKey(id)}>
            <button type="submit" aria-label={`${activated ? 'Deactivate' : 'Activate'} ${hint}`}>
              {activated ? 'Deactivate' : 'Activate'}
            </button>
          </form>
          <a class="button" href={paths.deleteKey(id)} aria-label={`Delete ${hint}`}>
            Delete
          </a>
        </div>
      </td>
    </tr>
  )
}

/** In words; the colour repeats them. */
export function Status({ entry: { activated, expiresAt } }: { readonly entry: KeyEntry }) {
  if (expiresAt !== null && Date.now() >= expiresAt.getTime()) return <span class="status off">Expired</span>
  return activated ? <span class="status on">Activated</span> : <span class="status off">Deactivated</span>
}

function addressesIn(rules: readonly string[]): string {
  const shown = rules.slice(0, 2).map((rule) => shortened(rule, 50))
  const more = rules.length - shown.length
  return rules.length === 0 ? 'every address' : `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
