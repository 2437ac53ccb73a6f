/**
 * What every store must do, as cases for any test runner.
 *
 * @module rest-api-key/testing
 */

export type { ConformanceCase } from './conformance-case.js'
export { type KeyRepositoryHarness, keyRepositoryCases } from './key-repository-cases.js'
export { type KeyStoreHarness, keyStoreCases, type StoreLimits } from './key-store-cases.js'
