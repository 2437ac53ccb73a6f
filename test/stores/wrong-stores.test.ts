import { type KeyRecord, memoryStore } from 'rest-api-key'
import { type ConformanceCase, keyRepositoryCases, keyStoreCases } from 'rest-api-key/testing'
import { describe, expect, it } from 'vitest'
import { wrongChanges } from './wrong/changes.js'
import { wrongEvents } from './wrong/events.js'
import { type WrongKeyStore, wrongKeyStores } from './wrong/key-stores.js'
import { wrongLists } from './wrong/lists.js'
import type { WrongRepository } from './wrong/repository.js'
import { wrongTenants } from './wrong/tenants.js'
import { wrongValues } from './wrong/values.js'

const wrongRepositories = [...wrongChanges, ...wrongTenants, ...wrongLists, ...wrongValues, ...wrongEvents]

const storeCases = ({ instead }: Pick<WrongKeyStore, 'instead'>) =>
  keyStoreCases(() => {
    const store = memoryStore()
    const rows = new Map<string, KeyRecord>()
    const put = (record: KeyRecord) => {
      store.put(record)
      rows.set(record.id, record)
    }
    return { store: { ...store, ...instead(store, rows) }, put }
  })

const repositoryCases = ({ instead, reopen }: Pick<WrongRepository, 'instead' | 'reopen'>) =>
  keyRepositoryCases(() => {
    const right = memoryStore()
    const store = { ...right, ...instead(right) }
    return { store, reopen: reopen ?? (() => store) }
  })

/** The ids of the cases that do not pass, in alphabetical order. */
async function failing(cases: readonly ConformanceCase[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(cases.map(({ run }) => run()))
  const failed = cases.filter((_, index) => outcomes[index]?.status === 'rejected')
  return failed.map(({ id }) => id).toSorted()
}

/** The ids of the cases that no wrong one fails. */
function toothless(
  cases: readonly ConformanceCase[],
  wrong: readonly { readonly fails: string }[],
): string[] {
  const failed = new Set(wrong.flatMap(({ fails }) => fails.split(' ')))
  return cases.map(({ id }) => id).filter((id) => !failed.has(id))
}

describe('keyStoreCases', () => {
  const right = { instead: () => ({}) }

  it('pass a right store', async () => {
    expect(await failing(storeCases(right))).toEqual([])
  })

  it.each(wrongKeyStores)('fail a store that $wrong', async (wrong) => {
    expect(await failing(storeCases(wrong))).toEqual(wrong.fails.split(' ').toSorted())
  })

  it('are failed by some wrong store each', () => {
    expect(toothless(storeCases(right), wrongKeyStores)).toEqual([])
  })
})

describe('keyRepositoryCases', () => {
  const right = { instead: () => ({}) }

  it('pass a right repository', async () => {
    expect(await failing(repositoryCases(right))).toEqual([])
  })

  it.each(wrongRepositories)('fail a repository that $wrong', async (wrong) => {
    expect(await failing(repositoryCases(wrong))).toEqual(wrong.fails.split(' ').toSorted())
  })

  it('are failed by some wrong repository each', () => {
    expect(toothless(repositoryCases(right), wrongRepositories)).toEqual([])
  })
})
