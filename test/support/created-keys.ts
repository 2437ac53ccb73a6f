import type { KeyRepository } from 'rest-api-key/management'
import { openManager } from '../management/support.js'

/** The Reference IDs of 1,000 keys that a manager has created. */
export async function createThousand(repository: KeyRepository): Promise<string[]> {
  const { acme } = await openManager({ repository })
  const { id: groupId } = await acme.createGroup({ name: 'Integrations' })
  const referenceIds: string[] = []
  for (let batch = 0; batch < 10; batch++) {
    const created = await Promise.all(
      Array.from({ length: 100 }, () => acme.createKey({ groupId, description: 'Nightly import' })),
    )
    referenceIds.push(...created.map(({ referenceId }) => referenceId))
  }
  return referenceIds
}
