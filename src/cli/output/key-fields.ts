import type { KeyEntry } from '../../management/key-entry.js'
import { momentText } from './moment-text.js'
import type { Field } from './table.js'

const id: Field<KeyEntry> = { title: 'ID', isWhole: true, text: (key) => key.id }
const hint: Field<KeyEntry> = { title: 'Hint', isWhole: true, text: (key) => key.hint }
const activated: Field<KeyEntry> = { title: 'Activated', text: (key) => (key.activated ? 'yes' : 'no') }
const description: Field<KeyEntry> = { title: 'Description', text: (key) => key.description ?? '' }
const onBehalfOf: Field<KeyEntry> = { title: 'On Behalf Of', text: (key) => key.onBehalfOf ?? '' }
const inRole: Field<KeyEntry> = { title: 'In Role', text: (key) => key.inRole ?? '' }
const ips: Field<KeyEntry> = { title: 'IPs', text: (key) => key.allowedIps.join(', ') }
const lastUsed: Field<KeyEntry> = { title: 'Last used', text: (key) => momentText(key.lastUsedAt) }

/** Of a list; where there is little room the last ones are left out. */
export const keyColumns = [id, hint, activated, description, onBehalfOf, inRole, ips, lastUsed]

/** All of a key. */
export const keyFields: readonly Field<KeyEntry>[] = [
  id,
  hint,
  { title: 'Group', text: ({ groupId }) => groupId ?? '' },
  activated,
  description,
  onBehalfOf,
  inRole,
  ips,
  { title: 'Expires', text: ({ expiresAt }) => momentText(expiresAt) },
  { title: 'Metadata', text: ({ metadata }) => (metadata === null ? '' : JSON.stringify(metadata)) },
  { title: 'Version', text: ({ version }) => `${version}` },
  { title: 'Created', text: ({ createdAt }) => momentText(createdAt) },
  { title: 'Updated', text: ({ updatedAt }) => momentText(updatedAt) },
  lastUsed,
]
