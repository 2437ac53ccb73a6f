import type { KeyRepository } from '../management/key-repository.js'
import type { ConformanceCase } from './conformance-case.js'
import { auditRules } from './repository/audit-rules.js'
import { groupRules } from './repository/group-rules.js'
import { keyRules } from './repository/key-rules.js'
import { listRules } from './repository/list-rules.js'
import { tenantRules } from './repository/tenant-rules.js'

/** An empty repository and what the cases need around it. */
export interface KeyRepositoryHarness {
  readonly store: KeyRepository
  /** Another object over the same data, as after a restart. Left out where everything ends with the process. */
  reopen?(): KeyRepository | Promise<KeyRepository>
  /** Called after each case. */
  close?(): unknown
}

/**
 * The contract of `KeyRepository` as cases for any test runner. Each opens a repository of its own. Run `keyStoreCases`
 * beside them: a repository is a store as well.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryStore } from 'rest-api-key'
 * import { keyRepositoryCases } from 'rest-api-key/testing'
 *
 * for (const { id, name, run } of keyRepositoryCases(() => ({ store: memoryStore() }))) test(`${id}: ${name}`, run)
 * ```
 */
export function keyRepositoryCases(
  open: () => KeyRepositoryHarness | Promise<KeyRepositoryHarness>,
): readonly ConformanceCase[] {
  return [...groupRules, ...keyRules, ...tenantRules, ...listRules, ...auditRules].map(
    ([id, name, rule]) => ({
      id,
      name,
      async run() {
        const harness = await open()
        try {
          await rule(harness.store, harness)
        } finally {
          await harness.close?.()
        }
      },
    }),
  )
}
