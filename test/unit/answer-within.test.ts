import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { answerWithin } from '../../src/answer-within.js'
import { pause } from '../../src/pause.js'
import { useFakeClock } from '../support/fake-clock.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { expectError, failureOf } from '../support/refusals.js'

useFakeClock()
expectNoUnhandledRejections()

const never = new Promise<never>(() => {})

describe('an answer', () => {
  it('is passed on, as is a failure, and leaves neither timer nor listener', async () => {
    const { signal } = new AbortController()
    expect(await answerWithin(10, Promise.resolve('answer'), signal)).toBe('answer')
    expect(await failureOf(answerWithin(10, Promise.reject('failure')))).toBe('failure')
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that takes too long is a failure, whatever becomes of it', async () => {
    let fail = (_: Error) => {}
    const answer = new Promise<never>((_, reject) => (fail = reject))
    const failure = failureOf(answerWithin(10, answer))
    await vi.advanceTimersByTimeAsync(10)
    expectError(await failure, 'feed_failed', '10 ms')
    fail(new Error('late'))
  })

  it('is not waited for when the signal aborts, or has aborted', async () => {
    const controller = new AbortController()
    const waiting = failureOf(answerWithin(10, never, controller.signal))
    controller.abort('reason')
    expect(await waiting).toBe('reason')
    expect(await failureOf(answerWithin(10, never, controller.signal))).toBe('reason')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a pause', () => {
  it('lasts so long, and leaves no listener', async () => {
    let isOver = false
    const { signal } = new AbortController()
    void pause(10, signal).then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(9)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isOver).toBe(true)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('is over when the signal aborts, or has aborted', async () => {
    const controller = new AbortController()
    const waiting = pause(10, controller.signal)
    controller.abort()
    await waiting
    await pause(10, controller.signal)
    expect(vi.getTimerCount()).toBe(0)
  })
})
