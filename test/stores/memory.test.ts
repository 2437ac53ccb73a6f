import { memoryStore, plainDigest } from 'rest-api-key'
import { keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import { describe, it } from 'vitest'

describe('memoryStore', () => {
  for (const { id, name, run } of keyStoreCases(() => {
    const store = memoryStore()
    return { store, put: store.put }
  })) {
    it(`${id}: ${name}`, run)
  }
})

describe('memoryStore with Reference IDs in clear', () => {
  for (const { id, name, run } of keyStoreCases(() => {
    const store = memoryStore({ digest: plainDigest() })
    return { store, put: store.put, digest: plainDigest() }
  })) {
    it(`${id}: ${name}`, run)
  }
})

describe('memoryStore as a repository', () => {
  for (const { id, name, run } of keyRepositoryCases(() => ({ store: memoryStore() }))) {
    it(`${id}: ${name}`, run)
  }
})
