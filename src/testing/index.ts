export type { ConformanceCase } from './conformance-case.js'
export { type KeyStoreHarness, keyStoreCases, type StoreLimits } from './key-store-cases.js'
