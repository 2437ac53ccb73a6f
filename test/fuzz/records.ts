import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { type Authorizer, createAuthorizer, type Decision, type KeyStore } from 'rest-api-key'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { turn } from '../support/turn.js'
import { type Campaign, campaignOf } from './campaign.js'
import { expectedOf, isNamed, made, type RecordRecipe, recordRecipe } from './record-recipes.js'
import { canary } from './record-values.js'

/** What is under test: an authorizer over a store. */
export type OpenAuthorizer = (store: KeyStore) => Authorizer

/** What a store makes of the records that it has found. */
const containers = {
  list: (records: readonly unknown[]): unknown => records,
  'frozen list': (records: readonly unknown[]) => Object.freeze([...records]),
  set: (records: readonly unknown[]) => new Set(records),
  'object like a list': (records: readonly unknown[]) => ({ ...records, length: records.length }),
  'rows of a driver': (records: readonly unknown[]) => ({ rows: records }),
  null: () => null,
  undefined: () => undefined,
  error: () => Promise.reject(new Error(canary)),
}
type ContainerName = keyof typeof containers

interface Stored {
  /** By the digests that are asked for, in order; `null` is none. */
  readonly records: readonly (RecordRecipe | null)[]
  /** How often each comes when several are asked for together. */
  readonly times: readonly number[]
  readonly container: ContainerName
}

const stored: fc.Arbitrary<Stored> = fc.integer({ min: 1, max: 4 }).chain((length) => {
  const list = <T>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: length, maxLength: length })
  return fc.record({
    records: list(fc.option(recordRecipe, { freq: 8 })),
    times: list(fc.oneof({ weight: 15, arbitrary: fc.constant(1) }, fc.constantFrom(0, 2))),
    container: fc.oneof(
      { weight: 8, arbitrary: fc.constant('list' as const) },
      fc.constantFrom(...(Object.keys(containers) as ContainerName[])),
    ),
  })
})

/**
 * Whatever a store returns, for one digest or for several: only a right record passes, one that cannot be used is
 * answered with 503 and never taken for an unknown key, and nothing is told of what was in it.
 */
export function recordsCampaign(open: OpenAuthorizer = (store) => createAuthorizer({ store })): Campaign {
  return campaignOf({
    name: 'records',
    inputs: stored,
    async check(input) {
      const ids = input.records.map((_, index) => `id-${index}`)
      const authorizer = open(storeOf(input, ids))
      try {
        // The first one goes out alone, and those that come meanwhile together.
        const [alone, ...together] = await Promise.all(ids.map((id) => authorizer.authorize(requestWith(id))))
        assertDecision(alone as Decision, expectedOf(input.records[0] ?? null))
        for (const [index, decision] of together.entries()) {
          assertDecision(
            decision,
            ids.length > 2 ? expectedTogether(input, index + 1) : expectedOf(input.records[1] ?? null),
          )
        }
        for (const [index, first] of [alone, ...together].entries()) {
          const again = await authorizer.authorize(requestWith(`id-${index}`))
          const wasUnavailable = outcomeOf(first as Decision) === 'store_unavailable'
          assertDecision(
            again,
            wasUnavailable ? expectedOf(input.records[index] ?? null) : outcomeOf(first as Decision),
          )
        }
        assert.equal(Object.hasOwn(Object.prototype, 'polluted') || 'polluted' in {}, false)
      } finally {
        await authorizer.close()
      }
    },
  })
}

function storeOf({ records, times, container }: Stored, ids: readonly string[]): KeyStore {
  const indexOf = (digest: string) => ids.findIndex((id) => recordOf(id).digest === digest)
  const answer = (index: number) => {
    const recipe = records[index] ?? null
    return recipe === null ? null : made(recipe, ids[index] as string)
  }
  return {
    async findByDigest(digest) {
      await turn()
      return answer(indexOf(digest)) as never
    },
    async findManyByDigest(digests) {
      const found = digests.map(indexOf).filter((index) => records[index] !== null)
      return containers[container](
        found.flatMap((index) => Array.from({ length: times[index] ?? 1 }, () => answer(index))),
      ) as never
    },
  }
}

/** The outcome for one of those that are asked for together, all but the first one. */
function expectedTogether({ records, times, container }: Stored, index: number): string {
  if (!container.endsWith('list') || container === 'object like a list') return 'store_unavailable'
  const came = records.map((recipe, at) => ({
    recipe,
    times: at === 0 || recipe === null ? 0 : (times[at] ?? 1),
  }))
  const own = came[index]
  if (own !== undefined && own.recipe !== null && own.times > 0 && isNamed(own.recipe)) {
    return own.times > 1 ? 'store_unavailable' : expectedOf(own.recipe)
  }
  const isAnyStray = came.some(({ recipe, times }) => recipe !== null && times > 0 && !isNamed(recipe))
  return isAnyStray ? 'store_unavailable' : 'unknown_key'
}

function assertDecision(decision: Decision, expected: string): void {
  assert.equal(outcomeOf(decision), expected)
  if (!decision.allowed) {
    assert.equal(decision.response.status, expected === 'store_unavailable' ? 503 : 401)
    const shown = inspect(decision, { depth: null, showHidden: true, getters: true })
    assert.ok(!shown.includes(canary), 'a refusal tells what was in a record')
    return
  }
  const { principal } = decision
  assert.ok(
    Object.isFrozen(principal) && (principal.metadata === null || Object.isFrozen(principal.metadata)),
  )
  assert.ok(!/[0-9a-f]{64}/.test(JSON.stringify(principal)), 'a principal holds a digest')
}
