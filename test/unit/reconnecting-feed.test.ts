import type { RestApiKeyError } from 'rest-api-key'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConnectionListener, reconnectingFeed } from '../../src/reconnecting-feed.js'
import { useFakeClock } from '../support/fake-clock.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { recordingListener } from '../support/recording-listener.js'
import { canary, expectError } from '../support/refusals.js'

useFakeClock()
expectNoUnhandledRejections()

let random = 1
beforeEach(() => {
  random = 1
  vi.spyOn(Math, 'random').mockImplementation(() => random)
})
afterEach(() => {
  vi.restoreAllMocks()
})

interface Connection extends ConnectionListener {
  readonly signal: AbortSignal
  end(failure?: unknown): Promise<void>
}

/** A feed whose connections the test opens and ends. */
function scriptedFeed() {
  const connections: Connection[] = []
  const errors: RestApiKeyError[] = []
  const feed = reconnectingFeed({
    run: (listener, signal) =>
      new Promise((resolve, reject) => {
        connections.push({
          ...listener,
          signal,
          async end(failure) {
            if (failure === undefined) resolve(undefined)
            else reject(failure)
            await vi.advanceTimersByTimeAsync(0)
          },
        })
        signal.onabort = () => resolve(undefined)
      }),
    onError: (error) => errors.push(error),
  })
  const listener = recordingListener()
  return { connections, errors, listener, end: feed.subscribe(listener) }
}

const last = <Item>(items: readonly Item[]) => items.at(-1) as Item

/** How long the feed waits before the next connection. */
async function pauseOf({ connections }: ReturnType<typeof scriptedFeed>): Promise<number> {
  const before = connections.length
  for (let ms = 0; ms <= 10_000; ms++) {
    if (connections.length > before) return ms
    await vi.advanceTimersByTimeAsync(1)
  }
  return Number.POSITIVE_INFINITY
}

describe('the pause before the next connection', () => {
  async function pausesOf(count: number): Promise<number[]> {
    const script = scriptedFeed()
    const pauses: number[] = []
    for (let failure = 0; failure < count; failure++) {
      await last(script.connections).end(new Error('refused'))
      pauses.push(await pauseOf(script))
    }
    await script.end()
    return pauses
  }

  it('grows up to five seconds', async () => {
    expect(await pausesOf(9)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
  })

  it('is shorter by up to a half, at random', async () => {
    random = 0
    expect(await pausesOf(8)).toEqual([50, 100, 200, 400, 800, 1_600, 2_500, 2_500])
  })

  it('does not overflow after thousands of failures', async () => {
    const script = scriptedFeed()
    for (let failure = 0; failure < 2_000; failure++) {
      await last(script.connections).end(new Error('refused'))
      await vi.advanceTimersByTimeAsync(5_000)
    }
    await last(script.connections).end(new Error('refused'))
    expect(await pauseOf(script)).toBe(5_000)
    await script.end()
  })

  it('grows on while connections last no more than five seconds, and is short again when one has', async () => {
    const script = scriptedFeed()
    const pauses: number[] = []
    for (const lastsMs of [0, 5_000, 5_000, 5_001, 0]) {
      last(script.connections).connected()
      await vi.advanceTimersByTimeAsync(lastsMs)
      await last(script.connections).end()
      pauses.push(await pauseOf(script))
    }
    expect(pauses).toEqual([100, 200, 400, 100, 200])
    await script.end()
  })
})

describe('what the listener hears', () => {
  it('nothing of a connection that never was', async () => {
    const { connections, listener, end } = scriptedFeed()
    await last(connections).end(new Error('refused'))
    expect(listener.heard).toEqual([])
    await end()
  })

  it('that a connection was lost, whether it ended or failed', async () => {
    const script = scriptedFeed()
    for (const failure of [undefined, new Error('reset')]) {
      last(script.connections).connected()
      await last(script.connections).end(failure)
      await pauseOf(script)
    }
    expect(script.listener.heard).toEqual(['connected', 'lost', 'connected', 'lost'])
    await script.end()
  })

  it('of changes, before it is connected too', async () => {
    const { connections, listener, end } = scriptedFeed()
    const [connection] = connections
    connection?.changed('a')
    connection?.connected()
    connection?.changed('b')
    connection?.flush()
    expect(listener.heard).toEqual(['changed a', 'connected', 'changed b', 'flush'])
    await end()
  })

  it('nothing more of a connection that is over', async () => {
    const script = scriptedFeed()
    const first = last(script.connections)
    first.connected()
    await first.end()
    first.connected()
    first.changed('a')
    first.flush()
    await pauseOf(script)
    first.connected()
    expect(script.listener.heard).toEqual(['connected', 'lost'])
    await script.end()
  })
})

describe('the end of a subscription', () => {
  it('ends a connection that is being opened', async () => {
    const { connections, errors, listener, end } = scriptedFeed()
    await end()
    expect(last(connections).signal.aborted).toBe(true)
    expect([listener.heard, errors]).toEqual([[], []])
  })

  it('ends an open connection, of which nothing is heard from then on', async () => {
    const { connections, errors, listener, end } = scriptedFeed()
    const connection = last(connections)
    connection.connected()
    const ended = end()
    connection.changed('a')
    connection.flush()
    connection.connected()
    await ended
    expect([listener.heard, errors]).toEqual([['connected'], []])
  })

  it('ends a pause, and leaves no timer', async () => {
    const { connections, end } = scriptedFeed()
    await last(connections).end(new Error('refused'))
    expect(vi.getTimerCount()).toBe(1)
    await end()
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(connections).toHaveLength(1)
  })

  it('can be asked for in onError', async () => {
    const opened: AbortSignal[] = []
    const ended: Promise<void>[] = []
    const feed = reconnectingFeed({
      run: async (_, signal) => opened.push(signal),
      onError: () => ended.push(end()),
    })
    const end = feed.subscribe(recordingListener())
    await vi.advanceTimersByTimeAsync(10_000)
    await Promise.all(ended)
    expect([opened.length, ended.length]).toEqual([1, 1])
  })

  it('waits for the connection to be closed', async () => {
    let close = () => {}
    const feed = reconnectingFeed({
      run: () =>
        new Promise<void>((resolve) => {
          close = resolve
        }),
      onError: undefined,
    })
    let isEnded = false
    const ended = feed
      .subscribe(recordingListener())()
      .then(() => {
        isEnded = true
      })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(isEnded).toBe(false)
    close()
    await ended
  })
})

describe('onError', () => {
  it('hears why a connection ended, without the words of the driver', async () => {
    const { connections, errors, end } = scriptedFeed()
    await last(connections).end(Object.assign(new Error(canary), { code: 'ECONNREFUSED', canary }))
    expectError(errors[0], 'feed_failed', 'ECONNREFUSED')
    await end()
  })

  it('hears of a connection that ended without a reason', async () => {
    const { connections, errors, end } = scriptedFeed()
    await last(connections).end()
    expectError(errors[0], 'feed_failed', 'disconnected')
    await end()
  })

  it('hears of one that failed at once', async () => {
    const errors: RestApiKeyError[] = []
    const feed = reconnectingFeed({
      run() {
        throw new TypeError(canary)
      },
      onError: (error) => errors.push(error),
    })
    const end = feed.subscribe(recordingListener())
    await vi.advanceTimersByTimeAsync(0)
    expectError(errors[0], 'feed_failed', 'The change feed failed', 'TypeError')
    await end()
  })

  it.each([
    () => {
      throw new Error('onError')
    },
    () => Promise.reject(new Error('onError')),
  ])('may fail', async (onError) => {
    let opened = 0
    const feed = reconnectingFeed({ run: async () => void opened++, onError })
    const end = feed.subscribe(recordingListener())
    await vi.advanceTimersByTimeAsync(1_000)
    expect(opened).toBeGreaterThan(1)
    await end()
  })
})

it('goes on when a listener throws', async () => {
  let told: ConnectionListener | undefined
  const feed = reconnectingFeed({
    run: (listener, signal) => {
      told = listener
      return new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    onError: undefined,
  })
  const fail = () => {
    throw new Error('listener')
  }
  const end = feed.subscribe({ connected: fail, lost: fail, changed: fail, flush: fail })
  told?.connected()
  told?.changed('a')
  told?.flush()
  await end()
})

it('gives each subscriber a connection of its own', async () => {
  let opened = 0
  const feed = reconnectingFeed({
    run: (_, signal) => {
      opened++
      return new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    onError: undefined,
  })
  const ends = [feed.subscribe(recordingListener()), feed.subscribe(recordingListener())]
  expect(opened).toBe(2)
  await Promise.all(ends.map((end) => end()))
})
