import type { Fault } from '../errors.js'
import type { Directory } from './directory.js'
import { invalidInput } from './faults.js'
import type { KeyFacts } from './management-action.js'

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
  if (onBehalfOf !== null && !(await directory.users(tenantId)).some(({ id }) => id === onBehalfOf)) {
    faults.push({ field: 'onBehalfOf', message: '"onBehalfOf" must be a user of this tenant' })
  } else if (inRole !== null && !(await directory.roles(tenantId, onBehalfOf)).includes(inRole)) {
    faults.push({ field: 'inRole', message: '"inRole" must be a role of that user' })
  }
  if (faults.length > 0) throw invalidInput(faults)
}
