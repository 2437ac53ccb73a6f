export type { ConformanceCase } from './conformance-case.js'
export { type KeyRepositoryHarness, keyRepositoryCases } from './key-repository-cases.js'
export { type KeyStoreHarness, keyStoreCases, type StoreLimits } from './key-store-cases.js'
