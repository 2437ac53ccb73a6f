import { describe, expect, it, vi } from 'vitest'
import { type Change, ChangePosition } from '../../src/stores/sql/change-position.js'
import { useFakeClock } from '../support/fake-clock.js'

useFakeClock()

const row = (seq: number): Change => ({ seq, digest: `digest-${seq}` })
const rows = (...numbers: readonly number[]) => numbers.map(row)
const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** The numbers of what is new among these rows. */
const advance = (position: ChangePosition, ...numbers: readonly number[]) =>
  position.advance(rows(...numbers))?.map(({ seq }) => seq)

describe('a position in the table of changes', () => {
  it('of an empty one is before the first row, and misses nothing', () => {
    const position = new ChangePosition([])
    expect([position.last, position.missing]).toEqual([0, []])
    expect(advance(position)).toEqual([])
    expect(advance(position, 1, 2)).toEqual([1, 2])
    expect([position.last, position.missing]).toEqual([2, []])
  })

  it('is behind the newest row', () => {
    const position = new ChangePosition(rows(...upTo(1, 9).toReversed()))
    expect([position.last, position.missing]).toEqual([9, []])
    expect(advance(position, 9)).toEqual([])
    expect(advance(position, 9, 10)).toEqual([10])
    expect(advance(position, 10)).toEqual([])
  })

  it('waits for a number that was passed, and tells it once', () => {
    const position = new ChangePosition(rows(4, 3, 2, 1))
    expect(advance(position, 4, 6)).toEqual([6])
    expect(position.missing).toEqual([5])
    expect(advance(position, 5, 6, 7)).toEqual([5, 7])
    expect([position.last, position.missing]).toEqual([7, []])
  })

  it('waits from the start for what is missing below it: it may belong to an open transaction', () => {
    const position = new ChangePosition(rows(7, 5, 4))
    expect(position.missing).toEqual([1, 2, 3, 6])
    expect(advance(position, 6, 7)).toEqual([6])
  })

  it('waits from the start for nothing that it has not looked for', () => {
    const position = new ChangePosition(rows(...upTo(4_001, 5_000).toReversed()))
    expect(position.missing).toEqual([])
  })

  it('waits ten minutes for a number that was rolled back', () => {
    const position = new ChangePosition(rows(2, 1))
    advance(position, 2, 4)
    vi.advanceTimersByTime(599_999)
    advance(position, 4, 6)
    expect(position.missing).toEqual([3, 5])
    vi.advanceTimersByTime(1)
    advance(position, 6)
    expect(position.missing).toEqual([5])
  })

  it.each(['1999-01-01', '2099-01-01'])('does not care for a clock that is set to %s', (date) => {
    const position = new ChangePosition(rows(2, 1))
    advance(position, 2, 4)
    vi.setSystemTime(date)
    advance(position, 4)
    expect(position.missing).toEqual([3])
    vi.advanceTimersByTime(600_000)
    advance(position, 4)
    expect(position.missing).toEqual([])
  })

  it('waits for the newest thousand of more', () => {
    const position = new ChangePosition(rows(1))
    advance(position, 1, 10_000)
    expect(position.missing).toEqual(upTo(9_000, 9_999))
    advance(position, 10_000, 10_004)
    expect(position.missing).toEqual([...upTo(9_003, 9_999), 10_001, 10_002, 10_003])
  })

  it('does not count up to a number that is far away', () => {
    const position = new ChangePosition(rows(1))
    expect(advance(position, 1, Number.MAX_SAFE_INTEGER)).toEqual([Number.MAX_SAFE_INTEGER])
    expect(position.missing).toHaveLength(1_000)
  })

  it('follows a sequence with steps for years, with a thousand numbers to wait for', () => {
    const position = new ChangePosition([])
    let last = 1
    advance(position, last)
    for (let poll = 0; poll < 5_000; poll++) {
      vi.advanceTimersByTime(1_000)
      expect(advance(position, last, last + 3)).toEqual([last + 3])
      last += 3
    }
    expect(position.missing).toHaveLength(1_000)
    expect(advance(position, last - 4, last)).toEqual([last - 4])
  })
})

describe('a position is of no use any more when', () => {
  const position = () => new ChangePosition(rows(5, 4, 3, 2, 1))

  it('the table was emptied', () => {
    expect(advance(position())).toBeUndefined()
  })

  it('it was emptied and has filled again beyond it', () => {
    expect(advance(position(), 6, 7)).toBeUndefined()
  })

  it('the last row is another one: a backup was restored, and there are new changes', () => {
    expect(position().advance([{ seq: 5, digest: 'another' }, row(6)])).toBeUndefined()
  })

  it('the last row is gone, and there is another one of the same key', () => {
    expect(position().advance([{ seq: 6, digest: 'digest-5' }])).toBeUndefined()
  })

  it('more is new than is told one by one', () => {
    expect(advance(position(), ...upTo(5, 1_005))).toHaveLength(1_000)
    expect(advance(position(), ...upTo(5, 1_006))).toBeUndefined()
  })

  it('but not when a digest is the same, in whatever form the driver gives it', () => {
    expect(position().advance([{ seq: 5, digest: Buffer.from('digest-5') }])).toEqual([])
  })
})
