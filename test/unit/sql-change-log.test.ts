import { describe, expect, it, vi } from 'vitest'
import { changeLog } from '../../src/stores/sql/change-log.js'
import { type Change, ChangePosition } from '../../src/stores/sql/change-position.js'
import type { Tables } from '../../src/stores/sql/tables.js'
import { canary, expectError, failureOf } from '../support/refusals.js'
import { compilingKysely } from '../support/sql-compilers.js'

/** A table of changes that answers with these rows, and what it is asked. */
function logOver(...answers: readonly (readonly unknown[] | Error)[]) {
  const left = [...answers]
  const asked: unknown[] = []
  const db = compilingKysely<Tables>('sqlite', ({ sql, parameters }) => {
    asked.push([sql, ...parameters])
    const answer = left.shift() ?? []
    if (answer instanceof Error) throw answer
    return answer
  })
  return { log: changeLog(db), asked }
}

const row = (seq: unknown, digest: unknown = 'digest') => ({ seq, digest })
const change = (seq: number): Change => ({ seq, digest: 'digest' })
const busy = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' })

describe('of the table of changes', () => {
  it('the newest thousand are read, which is as many as are waited for', async () => {
    const { log, asked } = logOver([row(2n), row('1')])
    expect(await log.newest()).toEqual([change(2), change(1)])
    const statement = 'select "seq", "digest" from "rest_api_key_changes" order by "seq" desc limit ?'
    expect(asked).toEqual([[statement, 1_000]])
  })

  it('is read what comes behind a position, what is missing below it, and its last one', async () => {
    const { log, asked } = logOver([row(5), row(7)])
    expect(await log.since(new ChangePosition([change(5), change(3), change(2)]))).toEqual([
      change(5),
      change(7),
    ])
    const statement =
      'select "seq", "digest" from "rest_api_key_changes" where (seq > ? or seq in (5, 1, 4)) order by "seq" limit ?'
    expect(asked).toEqual([[statement, 5, 1_002]])
  })

  it('is read again what was in the way of a writer', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { log, asked } = logOver(busy, [row(1)], busy, [row(2)])
    const [newest] = await log.newest()
    expect(newest).toEqual(change(1))
    expect(await log.since(new ChangePosition([change(1)]))).toEqual([change(2)])
    expect(asked).toHaveLength(4)
    vi.restoreAllMocks()
  })

  it.each([0, -1, 1.5, 2 ** 53, canary, null, undefined])(
    'no row is believed whose number is %j',
    async (seq) => {
      const { log } = logOver([row(seq)], [row(seq)])
      const position = new ChangePosition([])
      for (const failure of [await failureOf(log.newest()), await failureOf(log.since(position))]) {
        expectError(failure, 'feed_failed', 'Column "seq" of rest_api_key_changes must hold whole numbers')
      }
    },
  )

  it.each([
    ['all but 10,000', 25_000, 20_000, 15_001],
    ['10,000 at most', 50_000, 1, 10_001],
    ['as a text, if the driver has it so', 50_000, '1', 10_001],
    ['none of 10,000', 10_000, 1, 1],
    ['none of an empty table', 0, null, -9_999],
  ])('are deleted %s', async (_, last, lowest, end) => {
    const { log, asked } = logOver([{ lowest }])
    await log.prune(last)
    expect(asked).toEqual([
      ['select min("seq") as "lowest" from "rest_api_key_changes"'],
      ['delete from "rest_api_key_changes" where "seq" < ?', end],
    ])
  })
})
