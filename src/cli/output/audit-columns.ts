import type { AuditEvent } from '../../management/audit-event.js'
import { momentText } from './moment-text.js'
import type { Field } from './table.js'

/** Of a list; where there is little room the last ones are left out. */
export const auditColumns: readonly Field<AuditEvent>[] = [
  { title: 'At', isWhole: true, text: ({ at }) => momentText(at) },
  { title: 'Action', isWhole: true, text: ({ action }) => action },
  { title: 'Key or group', isWhole: true, text: ({ keyId, groupId }) => keyId ?? groupId ?? '' },
  { title: 'By', text: ({ actor }) => actor.userId },
  { title: 'Change', text: changeText },
]

/** What an update has changed; of anything else, by what a person knows the group or key. */
function changeText({ before, after }: AuditEvent): string {
  if (before === null || after === null) {
    const facts = before ?? after
    return `${facts?.name ?? facts?.description ?? ''}`
  }
  return Object.keys(after)
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => `${field}: ${JSON.stringify(before[field])} → ${JSON.stringify(after[field])}`)
    .join(', ')
}
