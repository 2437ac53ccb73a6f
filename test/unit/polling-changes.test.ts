import { pollingChanges } from 'rest-api-key/sql'
import { describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.js'
import { recordingListener } from '../support/recording-listener.js'
import { compilingKysely } from '../support/sql-compilers.js'
import { turn } from '../support/turn.js'

useFakeClock()

type Answer = (rows: readonly unknown[]) => void

/** A database that answers when the test says so. */
function scriptedDatabase() {
  const questions: Answer[] = []
  const db = compilingKysely(
    'sqlite',
    () => new Promise<readonly unknown[]>((resolve) => void questions.push(resolve)),
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
  questions[0]?.([{ seq: 1, digest: 'first' }])
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
    questions[1]?.([
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
    questions[1]?.([{ seq: 1, digest: 'first' }])
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
