import { actorOperation } from './actor-operation.js'
import { auditOperation } from './audit-operation.js'
import { explainOperation } from './explain-operation.js'
import { groupOperations } from './group-operations.js'
import { keyOperations } from './key-operations.js'
import type { Operation } from './operation.js'

/** Everything that the API can do. */
export const operations: readonly Operation[] = [
  ...groupOperations,
  ...keyOperations,
  explainOperation,
  auditOperation,
  actorOperation,
]
