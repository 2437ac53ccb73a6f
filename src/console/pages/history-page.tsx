import type { AuditEvent } from '../../management/audit-event.js'
import type { Page } from '../../management/cursor.js'
import { changesIn } from '../changes-in.js'
import type { ConsolePaths } from '../console-paths.js'
import { Moment, shortened } from './texts.js'

type Props = {
  readonly paths: ConsolePaths
  readonly title: string
  readonly events: Page<AuditEvent>
  /** Of which group or key; of everything, if of neither. */
  readonly query: { readonly group: string | undefined; readonly key: string | undefined }
  /** Of the page that is shown. */
  readonly cursor: string | undefined
}

/** The audit trail: who did what, when. */
export function HistoryPage({ paths, title, events: { items, nextCursor }, query, cursor }: Props) {
  return (
    <>
      <h1>{title}</h1>
      {items.length === 0 ? (
        <p class="empty">Nothing has been changed.</p>
      ) : (
        <ol class="events">
          {items.map(({ at, actor, action, groupId, keyId, before, after }) => (
            <li>
              <p>
                <Moment at={at} /> <bdi>{shortened(actor.userId, 60)}</bdi>
                {actor.role !== null && (
                  <>
                    {' as '}
                    <bdi>{shortened(actor.role, 40)}</bdi>
                  </>
                )}
              </p>
              <p>
                <strong>{actions[action]}</strong>{' '}
                {keyId !== null && keyId !== query.key && (
                  <a href={paths.historyOf({ key: keyId })}>its history</a>
                )}
                {keyId === null && groupId !== null && groupId !== query.group && (
                  <a href={paths.historyOf({ group: groupId })}>its history</a>
                )}
              </p>
              <p class="changes">
                <bdi>{shortened(changesIn(before, after), 240)}</bdi>
              </p>
            </li>
          ))}
        </ol>
      )}
      <p class="pages">
        {cursor !== undefined && <a href={paths.historyOf(query)}>Latest</a>}
        {nextCursor !== null && (
          <a rel="next" href={paths.historyOf({ ...query, cursor: nextCursor })}>
            Earlier
          </a>
        )}
      </p>
    </>
  )
}

const actions: Readonly<Record<AuditEvent['action'], string>> = {
  'group.create': 'Key group added',
  'group.list': 'Key groups listed',
  'group.read': 'Key group read',
  'group.update': 'Key group edited',
  'group.delete': 'Key group deleted',
  'key.create': 'API key added',
  'key.list': 'API keys listed',
  'key.read': 'API key read',
  'key.update': 'API key edited',
  'key.activate': 'API key activated',
  'key.deactivate': 'API key deactivated',
  'key.delete': 'API key deleted',
  'key.import': 'API key imported',
  'key.explain': 'Request tested',
  'audit.list': 'History read',
}
