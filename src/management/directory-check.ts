import { type Fault, RestApiKeyError } from '../errors.js'
import { invalidOption } from '../options.js'
import { foreignError } from '../store-error.js'
import type { Directory } from './directory.js'
import { invalidInput } from './faults.js'
import type { KeyFacts } from './management-action.js'

/** @throws {RestApiKeyError} `invalid_option` if it is given and is none. */
export function assertDirectory(directory: Directory | undefined): void {
  if (directory === undefined) return
  if (typeof directory?.users !== 'function' || typeof directory.roles !== 'function')
    throw invalidOption('directory', 'an object with methods users and roles', directory)
}

/**
 * Whether the directory knows the user and gives them the role. A pair that was there before is not asked about again:
 * a user who has left must not keep a key from being edited.
 */
export async function checkDirectory(
  directory: Directory | undefined,
  tenantId: string,
  { onBehalfOf, inRole }: Pick<KeyFacts, 'onBehalfOf' | 'inRole'>,
  before: Pick<KeyFacts, 'onBehalfOf' | 'inRole'> | undefined,
): Promise<void> {
  if (directory === undefined) return
  if (before !== undefined && before.onBehalfOf === onBehalfOf && before.inRole === inRole) return
  const faults: Fault[] = []
  const knows = async (userId: string) =>
    (await listOf(() => directory.users(tenantId))).some((user) => user?.id === userId)
  const gives = async (role: string) =>
    (await listOf(() => directory.roles(tenantId, onBehalfOf))).includes(role)
  if (onBehalfOf !== null && !(await knows(onBehalfOf))) {
    faults.push({ field: 'onBehalfOf', message: '"onBehalfOf" must be a user of this tenant' })
  } else if (inRole !== null && !(await gives(inRole))) {
    faults.push({ field: 'inRole', message: '"inRole" must be a role of that user' })
  }
  if (faults.length > 0) throw invalidInput(faults)
}

/** What the directory answers. @throws {RestApiKeyError} `directory_failed` */
export async function listOf<Item>(
  read: () => readonly Item[] | Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  let list: unknown
  try {
    list = await read()
  } catch (error) {
    throw foreignError('directory_failed', 'The directory failed', error)
  }
  if (!Array.isArray(list))
    throw new RestApiKeyError('directory_failed', 'The directory answered with no list')
  return list
}
