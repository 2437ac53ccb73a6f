import type { ChangeListener } from 'rest-api-key'
import { expect, it, vi } from 'vitest'
import { createLocalFeed } from '../../src/local-feed.js'

const digest = 'a'.repeat(64)

function listenerDouble() {
  return { connected: vi.fn(), lost: vi.fn(), changed: vi.fn(), flush: vi.fn() } satisfies ChangeListener
}

it('is connected at once, and tells every listener of every change', () => {
  const { changes, changed } = createLocalFeed()
  const listeners = [listenerDouble(), listenerDouble()]
  for (const listener of listeners) changes.subscribe(listener)
  changed(digest)
  for (const { connected, changed, lost, flush } of listeners) {
    expect(connected).toHaveBeenCalledOnce()
    expect(changed).toHaveBeenCalledExactlyOnceWith(digest)
    expect([lost, flush].flatMap(({ mock }) => mock.calls)).toEqual([])
  }
})

it('tells no listener anything after its end, and the others everything', async () => {
  const { changes, changed } = createLocalFeed()
  const [ended, other] = [listenerDouble(), listenerDouble()]
  const end = changes.subscribe(ended)
  changes.subscribe(other)
  expect(await end()).toBeUndefined()
  expect(await end()).toBeUndefined()
  changed(digest)
  expect(ended.changed).not.toHaveBeenCalled()
  expect(other.changed).toHaveBeenCalledOnce()
})

it('tells the others where a listener fails, and the writer nothing', () => {
  const { changes, changed } = createLocalFeed()
  const failing = listenerDouble()
  failing.changed.mockImplementation(() => {
    throw new Error('failed')
  })
  const other = listenerDouble()
  changes.subscribe(failing)
  changes.subscribe(other)
  expect(() => changed(digest)).not.toThrow()
  expect(other.changed).toHaveBeenCalledOnce()
})

it('tells a digest in clear by its hash, which is what caches know it by', () => {
  const { changes, changed } = createLocalFeed()
  const listener = listenerDouble()
  changes.subscribe(listener)
  changed('plain:good')
  expect(listener.changed.mock.calls).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/)]])
})

it('cannot be changed by those who have it', () => {
  expect(Object.isFrozen(createLocalFeed().changes)).toBe(true)
})
