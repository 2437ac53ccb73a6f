import { readdirSync, readFileSync } from 'node:fs'
import type { KeyRecord } from 'rest-api-key'
import { keyStoreCases } from 'rest-api-key/testing'
import { describe, expect, it } from 'vitest'
import { mongooseStore, type TokenDocument } from '../../examples/stores/mongoose-store.js'

const folder = new URL('../../examples/stores/', import.meta.url)

describe('a store over an existing table', () => {
  const stores = readdirSync(folder).filter((name) => name.endsWith('.ts'))

  it.each(stores)('%s is complete in at most 40 lines', (name) => {
    const lines = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
  })
})

describe('the sketch for Mongoose, over a double of its model', () => {
  for (const { id, name, run } of keyStoreCases(openDouble)) it(`${id}: ${name}`, run)
})

/** A collection as `findOne().lean()` shows it: `null` or a copy of the document, which has fields of its own too. */
function openDouble() {
  const documents = new Map<string, TokenDocument & { __v: number }>()
  const store = mongooseStore({
    findOne: ({ sha256: { $eq } }) => ({ lean: async () => structuredClone(documents.get($eq) ?? null) }),
  })
  function put({ id, digest, tenantId, activated, groupId: _, ...facts }: KeyRecord): void {
    documents.set(digest, {
      ...facts,
      _id: id,
      __v: 0,
      sha256: digest,
      customer: tenantId,
      isActive: activated,
    })
  }
  return { store, put, limits: { absent: ['groupId'] } } as const
}
