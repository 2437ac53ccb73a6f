import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectionOf } from '../../src/stores/sql/connection.js'
import { createWriter, repeated } from '../../src/stores/sql/writer.js'
import { useFakeClock } from '../support/fake-clock.js'
import { compilingKysely } from '../support/sql-compilers.js'
import { turn } from '../support/turn.js'

useFakeClock()

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const failure = (code: unknown) => Object.assign(new Error('it failed'), { code })
const busy = () => failure('SQLITE_BUSY')

describe('a write that the database has undone', () => {
  it.each([
    '40001',
    '40P01',
    'ER_LOCK_DEADLOCK',
    'ER_LOCK_WAIT_TIMEOUT',
    'ER_CHECKREAD',
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_LOCKED',
    'SQLITE_LOCKED_SHAREDCACHE',
  ])('is repeated after %s', async (code) => {
    const act = vi.fn().mockRejectedValueOnce(failure(code)).mockRejectedValueOnce(failure(code))
    const written = repeated(act.mockResolvedValue('written'))
    await vi.advanceTimersByTimeAsync(10)
    expect(await written).toBe('written')
    expect(act).toHaveBeenCalledTimes(3)
  })

  it.each([
    failure('23505'),
    failure('ER_DUP_ENTRY'),
    failure('SQLITE_CONSTRAINT'),
    failure('NO_SQLITE_BUSY'),
    failure('ECONNRESET'),
    failure('08006'),
    failure(undefined),
    failure(40001),
    failure(['SQLITE_BUSY']),
    undefined,
    null,
    'SQLITE_BUSY',
  ])('is not repeated after another failure, which is its own: %j', async (error) => {
    const act = vi.fn().mockRejectedValue(error)
    const outcome = repeated(act).catch((caught: unknown) => [caught])
    await vi.advanceTimersByTimeAsync(10)
    expect(await outcome).toEqual([error])
    expect(act).toHaveBeenCalledTimes(1)
  })

  it('is repeated after pauses that double, up to 200 ms', async () => {
    const moments: number[] = []
    const start = performance.now()
    const act = vi.fn(async () => {
      moments.push(performance.now() - start)
      if (moments.length < 11) throw busy()
    })
    const written = repeated(act)
    await vi.advanceTimersByTimeAsync(1_000)
    await written
    const pauses = moments.slice(1).map((moment, index) => moment - (moments[index] as number))
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 200, 200, 200])
  })

  it('is repeated at random, or rivals would meet again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const act = vi.fn().mockRejectedValueOnce(busy()).mockRejectedValueOnce(busy())
    const written = repeated(act.mockResolvedValue('written'))
    await vi.advanceTimersByTimeAsync(2)
    expect(act).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(await written).toBe('written')
  })

  it.each([
    ['5 s later', 5_000, 2],
    ['more than 5 s later', 5_001, 1],
  ])('is repeated no more if it fails %s', async (_, ms, times) => {
    vi.advanceTimersByTime(60_000)
    const act = vi.fn(async () => {
      if (act.mock.calls.length > 1) return
      vi.advanceTimersByTime(ms)
      throw busy()
    })
    const outcome = repeated(act).catch((error: Error) => error.message)
    await vi.advanceTimersByTimeAsync(10)
    expect(await outcome).toBe(times === 1 ? 'it failed' : undefined)
    expect(act).toHaveBeenCalledTimes(times)
  })
})

describe('writes of one store', () => {
  /** The beginnings and ends of two writes at once, of which the first fails. */
  async function twoAtOnce(name: 'postgres' | 'mysql' | 'sqlite'): Promise<readonly string[]> {
    const write = createWriter(connectionOf(compilingKysely(name)).dialect)
    const heard: string[] = []
    const one = write(async () => {
      heard.push('one begins')
      await turn()
      heard.push('one fails')
      throw failure('SQLITE_CONSTRAINT')
    })
    const two = write(async () => {
      heard.push('two begins')
      await turn()
      heard.push('two ends')
      return 'written'
    })
    await expect(one).rejects.toThrow('it failed')
    expect(await two).toBe('written')
    return heard
  }

  it('take turns in SQLite, which has one writer at a time', async () => {
    expect(await twoAtOnce('sqlite')).toEqual(['one begins', 'one fails', 'two begins', 'two ends'])
  })

  it.each(['postgres', 'mysql'] as const)('go side by side in %s', async (name) => {
    expect(await twoAtOnce(name)).toEqual(['one begins', 'two begins', 'one fails', 'two ends'])
  })

  it('are repeated in SQLite too, before the next one begins', async () => {
    const write = createWriter(connectionOf(compilingKysely('sqlite')).dialect)
    const one = vi.fn().mockRejectedValueOnce(busy()).mockResolvedValue('one')
    const two = vi.fn().mockResolvedValue('two')
    const written = Promise.all([write(one), write(two)])
    await turn()
    expect([one, two].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(10)
    expect(await written).toEqual(['one', 'two'])
  })
})
