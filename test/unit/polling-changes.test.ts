import type { RestApiKeyError } from 'rest-api-key'
import { pollingChanges } from 'rest-api-key/sql'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { recordingListener } from '../support/recording-listener.js'
import { expectError } from '../support/refusals.js'
import { compilingKysely } from '../support/sql-compilers.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

interface Question {
  readonly sql: string
  answer(rows: readonly unknown[]): void
  fail(error: Error): void
}

/** A database that answers when the test says so. */
function scriptedDatabase() {
  const questions: Question[] = []
  const db = compilingKysely(
    'sqlite',
    ({ sql }) =>
      new Promise<readonly unknown[]>((answer, fail) => void questions.push({ sql, answer, fail })),
  )
  return { db, questions }
}

async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turn()
}

/** A feed that has its position, at moment 0, and is asked again at 1,000 and lost at 3,000. */
async function connected() {
  const { db, questions } = scriptedDatabase()
  const listener = recordingListener()
  const end = pollingChanges(db).subscribe(listener)
  await turn()
  questions[0]?.answer([{ seq: 1, digest: 'first' }])
  await turn()
  expect(listener.heard).toEqual(['connected'])
  return { questions, listener, end }
}

describe('what was changed right after a poll had asked is heard, or the feed lost, within intervalMs + timeoutMs', () => {
  it('heard, if the next poll is answered at the last moment', async () => {
    const { questions, listener, end } = await connected()
    await pass(999)
    expect(questions).toHaveLength(1)
    await pass(1)
    expect(questions).toHaveLength(2)
    await pass(1_999)
    questions[1]?.answer([
      { seq: 1, digest: 'first' },
      { seq: 2, digest: 'second' },
    ])
    await turn()
    expect(listener.heard).toEqual(['connected', 'changed second'])
    await end()
  })

  it('lost, if it is not', async () => {
    const { listener, end } = await connected()
    await pass(1_000)
    await pass(1_999)
    expect(listener.heard).toEqual(['connected'])
    await pass(1)
    expect(listener.heard).toEqual(['connected', 'lost'])
    await end()
  })

  it('also behind a poll whose answer was late: the time of both counts', async () => {
    const { questions, listener, end } = await connected()
    await pass(1_000)
    await pass(1_900)
    questions[1]?.answer([{ seq: 1, digest: 'first' }])
    await turn()
    // The interval is over: the next question, of what was changed since that one, has 1,100 ms left. Another one prunes.
    await pass(0)
    expect(questions).toHaveLength(4)
    await pass(1_099)
    expect(listener.heard).toEqual(['connected'])
    await pass(1)
    expect(listener.heard).toEqual(['connected', 'lost'])
    await end()
  })
})

/** Rows of the table of changes up to this one, from its predecessor on. */
const upTo = (seq: number, from = seq) =>
  Array.from({ length: seq - from + 1 }, (_, index) => ({ seq: from + index, digest: 'first' }))

describe('how often it asks', () => {
  it('is as often as it was told', async () => {
    const { db, questions } = scriptedDatabase()
    const listener = recordingListener()
    const end = pollingChanges(db, { intervalMs: 300, timeoutMs: 50 }).subscribe(listener)
    await turn()
    questions[0]?.answer([])
    await turn()
    await pass(299)
    expect(questions).toHaveLength(1)
    await pass(1)
    expect(questions).toHaveLength(2)
    await pass(49)
    expect(listener.heard).toEqual(['connected'])
    await pass(1)
    expect(listener.heard).toEqual(['connected', 'lost'])
    await end()
  })

  it('has the position within timeoutMs, or is not connected', async () => {
    const { db, questions } = scriptedDatabase()
    const errors: RestApiKeyError[] = []
    const listener = recordingListener()
    const end = pollingChanges(db, { onError: (error) => errors.push(error) }).subscribe(listener)
    await turn()
    await pass(1_999)
    expect(errors).toEqual([])
    await pass(1)
    expectError(errors[0], 'feed_failed', 'No answer came to the change feed within 2000 ms')
    expect([listener.heard, questions.length]).toEqual([[], 1])
    await end()
  })

  it('is counted from the last question, not from its answer', async () => {
    const { questions, end } = await connected()
    await pass(1_000)
    await pass(600)
    questions[1]?.answer(upTo(1))
    await turn()
    questions[2]?.answer([])
    await pass(399)
    expect(questions).toHaveLength(3)
    await pass(1)
    expect(questions).toHaveLength(4)
    questions[3]?.answer(upTo(1))
    await end()
  })

  it('is never again when it has ended', async () => {
    const { questions, listener, end } = await connected()
    await end()
    await pass(10_000)
    expect([questions.length, listener.heard]).toEqual([1, ['connected']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is at most three times without an answer, whatever was asked', async () => {
    const { db, questions } = scriptedDatabase()
    const errors: RestApiKeyError[] = []
    const end = pollingChanges(db, { onError: (error) => errors.push(error) }).subscribe(recordingListener())
    for (let ms = 0; ms < 30_000; ms += 100) await pass(100)
    expect(questions).toHaveLength(3)
    expectError(errors.at(2), 'feed_failed', 'No answer came')
    expectError(errors.at(3), 'feed_failed', '3 statements are without an answer')
    questions[0]?.fail(new Error('late'))
    questions[1]?.answer([])
    for (let ms = 0; ms < 30_000; ms += 100) await pass(100)
    expect(questions).toHaveLength(5)
    await end()
  })
})

describe('a position that is of no use any more', () => {
  it('makes it flush, from the next one on, at once', async () => {
    const { questions, listener, end } = await connected()
    await pass(1_000)
    questions[1]?.answer([])
    await turn()
    expect(questions).toHaveLength(3)
    expect(questions[2]?.sql).toBe(questions[0]?.sql)
    expect(listener.heard).toEqual(['connected'])
    questions[2]?.answer(upTo(9))
    await turn()
    expect(listener.heard).toEqual(['connected', 'flush'])
    await pass(999)
    expect(questions).toHaveLength(3)
    await pass(1)
    questions[3]?.answer([...upTo(9), { seq: 10, digest: 'tenth' }])
    await turn()
    expect(listener.heard).toEqual(['connected', 'flush', 'changed tenth'])
    await end()
  })
})

describe('the table is pruned', () => {
  const prunes = ({ questions }: { questions: readonly Question[] }) =>
    questions.filter(({ sql }) => sql.includes('min(')).length

  /** Answers the next poll, and all that is asked besides. */
  async function poll(feed: Awaited<ReturnType<typeof connected>>, rows: readonly unknown[]): Promise<void> {
    await pass(1_000)
    feed.questions.at(-1)?.answer(rows)
    await turn()
  }

  it('after the first poll, and then once in a thousand changes', async () => {
    const feed = await connected()
    await poll(feed, upTo(1))
    expect(prunes(feed)).toBe(1)
    await poll(feed, upTo(1_000, 1))
    expect(prunes(feed)).toBe(1)
    await poll(feed, upTo(1_001, 1_000))
    expect(prunes(feed)).toBe(2)
    await poll(feed, upTo(1_001))
    expect(prunes(feed)).toBe(2)
    await poll(feed, upTo(2_001, 1_001))
    expect(prunes(feed)).toBe(3)
    await feed.end()
  })

  it('by whoever is allowed to: nothing depends on it', async () => {
    const feed = await connected()
    await poll(feed, upTo(1))
    feed.questions.at(-1)?.fail(new Error('not allowed'))
    await poll(feed, [...upTo(1), { seq: 2, digest: 'second' }])
    expect(feed.listener.heard).toEqual(['connected', 'changed second'])
    await feed.end()
  })
})
