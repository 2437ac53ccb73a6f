import type { KeyGroup } from '../../management/key-group.js'
import { momentText } from './moment-text.js'
import type { Field } from './table.js'

const id: Field<KeyGroup> = { title: 'ID', isWhole: true, text: (group) => group.id }
const name: Field<KeyGroup> = { title: 'Name', text: (group) => group.name }
const description: Field<KeyGroup> = { title: 'Description', text: (group) => group.description ?? '' }
const created: Field<KeyGroup> = { title: 'Created', text: ({ createdAt }) => momentText(createdAt) }

/** Of a list. */
export const groupColumns = [id, name, description, created]

/** All of a group. */
export const groupFields: readonly Field<KeyGroup>[] = [
  id,
  name,
  description,
  { title: 'Version', text: ({ version }) => `${version}` },
  created,
  { title: 'Updated', text: ({ updatedAt }) => momentText(updatedAt) },
]
