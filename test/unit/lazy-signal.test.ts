import { afterEach, describe, expect, it, vi } from 'vitest'
import { lazySignal } from '../../src/lazy-signal.js'

afterEach(() => vi.unstubAllGlobals())

describe('the signal of a look-up', () => {
  it('is one and the same, however often it is asked for', () => {
    const { options } = lazySignal()
    const { signal } = options
    expect(signal).toBeInstanceOf(AbortSignal)
    expect(options.signal).toBe(signal)
    expect({ ...options }.signal).toBe(signal)
  })

  it('aborts when it is told to, not before', () => {
    const { options, abort } = lazySignal()
    expect(options.signal.aborted).toBe(false)
    abort()
    expect(options.signal.aborted).toBe(true)
  })

  it('has aborted if it is asked for too late', () => {
    const { options, abort } = lazySignal()
    abort()
    expect(options.signal.aborted).toBe(true)
  })

  it('is not made for a store that does not ask for it', () => {
    const made = vi.fn()
    vi.stubGlobal('AbortController', made)
    lazySignal().abort()
    expect(made).not.toHaveBeenCalled()
  })
})
