import type { Actor } from '../management/actor.js'
import type { Directory } from '../management/directory.js'
import { listOf } from '../management/directory-check.js'
import type { Choice } from './pages/fields.js'

/** Of one list. A longer one is typed instead: pages must not grow with the directory. */
const maxCharacters = 6_000

/** What *On Behalf Of* and *In Role* are chosen from; `undefined`: they are typed. */
export interface Choices {
  readonly users: readonly Choice[] | undefined
  readonly roles: readonly Choice[] | undefined
}

/** What the directory offers for a key that acts on behalf of this user. What the key has already is always among it. */
export async function choicesFor(
  directory: Directory | undefined,
  tenantId: string,
  { onBehalfOf, inRole }: { readonly onBehalfOf: string; readonly inRole: string },
): Promise<Choices> {
  if (directory === undefined) return { users: undefined, roles: undefined }
  const [users, roles] = await Promise.all([
    listOf(() => directory.users(tenantId)),
    listOf(() => directory.roles(tenantId, onBehalfOf || null)),
  ])
  return {
    users: offered(
      'Nobody',
      users.map(({ id, name }) => ({ value: id, label: name === undefined ? id : `${name} (${id})` })),
      onBehalfOf,
      'not in the directory',
    ),
    roles: offered(
      'No role',
      roles.map((role) => ({ value: role, label: role })),
      inRole,
      'not a role of this user',
    ),
  }
}

/** What a new key begins with: it acts as the one who adds it, where the directory knows them. */
export async function preselected(
  directory: Directory | undefined,
  { tenantId, userId, role = null }: Actor,
): Promise<{ readonly onBehalfOf: string; readonly inRole: string }> {
  if (directory === undefined) return { onBehalfOf: userId, inRole: role ?? '' }
  const users = await listOf(() => directory.users(tenantId))
  const onBehalfOf = users.some(({ id }) => id === userId) ? userId : ''
  const roles = await listOf(() => directory.roles(tenantId, onBehalfOf || null))
  return { onBehalfOf, inRole: role !== null && roles.includes(role) ? role : '' }
}

function offered(
  nothing: string,
  choices: readonly Choice[],
  value: string,
  absent: string,
): readonly Choice[] | undefined {
  if (JSON.stringify(choices).length > maxCharacters) return undefined
  const isOffered = value === '' || choices.some((choice) => choice.value === value)
  return [
    { value: '', label: nothing },
    ...choices,
    ...(isOffered ? [] : [{ value, label: `${value} (${absent})` }]),
  ]
}
