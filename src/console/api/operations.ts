import { groupOperations } from './group-operations.js'
import { keyOperations } from './key-operations.js'
import type { Operation } from './operation.js'
import { otherOperations } from './other-operations.js'

/** Everything that the API can do. */
export const operations: readonly Operation[] = [...groupOperations, ...keyOperations, ...otherOperations]
