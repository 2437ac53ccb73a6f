import { type AuthorizerOptions, createAuthorizer, type KeyUse, memoryStore } from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { startOfTime, useFakeClock } from '../support/fake-clock.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { canary, expectRefusal } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'
import { turn } from '../support/turn.js'

useFakeClock()
expectNoUnhandledRejections()

const request = requestWith('good')

/** An authorizer over a store that knows every key and whose batches of uses the test looks at. */
function withTouch(
  lastUsed: AuthorizerOptions['lastUsed'],
  touch: (uses: readonly KeyUse[]) => Promise<void> = async () => {},
) {
  const batches: (readonly KeyUse[])[] = []
  const store = answeringStore(
    (digest) => ({ ...recordOf('good'), id: `key-${digest.slice(0, 8)}`, digest }),
    {
      touch(uses) {
        batches.push(uses)
        return touch(uses)
      },
    },
  )
  return {
    store,
    batches,
    authorizer: createAuthorizer({ store, ...(lastUsed !== undefined && { lastUsed }) }),
  }
}

async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turn()
}

const idOf = (referenceId: string) => `key-${recordOf(referenceId).digest.slice(0, 8)}`
const later = (ms: number) => new Date(startOfTime.getTime() + ms)

describe('uses are remembered', () => {
  it.each([undefined, false] as const)('not at all with %s', async (lastUsed) => {
    const { authorizer, batches } = withTouch(lastUsed)
    await authorizer.authorize(request)
    await pass(3_600_000)
    await authorizer.close()
    expect(batches).toEqual([])
  })

  it('in one batch for each interval, each key once with its latest use', async () => {
    const { authorizer, batches } = withTouch({ intervalMs: 1_000 })
    await authorizer.authorize(request)
    vi.advanceTimersByTime(400)
    await authorizer.authorize(requestWith('other'))
    vi.advanceTimersByTime(500)
    await authorizer.authorize(request)
    await pass(99)
    expect(batches).toEqual([])
    await pass(1)
    expect(batches).toEqual([
      [
        { id: idOf('good'), at: later(900) },
        { id: idOf('other'), at: later(400) },
      ],
    ])
    await pass(10_000)
    expect(batches).toHaveLength(1)
    await authorizer.authorize(request)
    await pass(1_000)
    expect(batches[1]).toEqual([{ id: idOf('good'), at: later(11_000) }])
  })

  it('every 60 seconds by default', async () => {
    const { authorizer, batches } = withTouch(true)
    await authorizer.authorize(request)
    await pass(59_999)
    expect(batches).toHaveLength(0)
    await pass(1)
    expect(batches).toHaveLength(1)
  })

  it('without a read or a write for any of 10,000 requests with a cached key, but one batch', async () => {
    const { authorizer, store, batches } = withTouch({ intervalMs: 1_000 })
    await authorizer.authorize(request)
    for (let i = 0; i < 10_000; i++) await authorizer.authorize(request)
    await pass(1_000)
    expect(store.reads).toHaveLength(1)
    expect(batches).toHaveLength(1)
    expect(batches[0]).toHaveLength(1)
  })

  it.each([
    ['of another tenant', requestWith('good', { tenantId: 'globex' })],
    ['that is malformed', requestWith('good', { headerLines: () => ['rest_api_key='] })],
    ['without a key', requestWith('good', { headerLines: () => [] })],
  ])('not of a request %s', async (_, refused) => {
    const { authorizer, batches } = withTouch({ intervalMs: 1 })
    expect((await authorizer.authorize(refused)).allowed).toBe(false)
    await pass(1)
    await authorizer.close()
    expect(batches).toEqual([])
  })

  it('not of a key that explain asks about', async () => {
    const { authorizer, batches } = withTouch({ intervalMs: 1 })
    await authorizer.explain(request)
    await authorizer.close()
    expect(batches).toEqual([])
  })

  it('for at most maxPending keys; those that are pending go on', async () => {
    const { authorizer, batches } = withTouch({ intervalMs: 1_000, maxPending: 2 })
    for (const id of ['a', 'b', 'c', 'd']) await authorizer.authorize(requestWith(id))
    vi.advanceTimersByTime(10)
    await authorizer.authorize(requestWith('a'))
    await pass(990)
    expect(batches).toEqual([
      [
        { id: idOf('a'), at: later(10) },
        { id: idOf('b'), at: later(0) },
      ],
    ])
  })
})

describe('a store that does not take them', () => {
  const failures: readonly [string, () => Promise<void>, code: string, message: string][] = [
    [
      'rejects',
      async () => Promise.reject(new Error(canary)),
      'store_failed',
      'The key store failed (Error)',
    ],
    [
      'throws',
      () => {
        throw new Error(canary)
      },
      'store_failed',
      'The key store failed (Error)',
    ],
    ['hangs', () => new Promise(() => {}), 'store_timeout', 'The key store did not answer within 2000 ms'],
  ]

  it.each(failures)(
    '%s: no request fails, the batch is dropped, the next one is written',
    async (_, touch, code, message) => {
      const errors: unknown[] = []
      let down = true
      const lastUsed = { intervalMs: 1_000, onError: (error: unknown) => errors.push(error) }
      const { authorizer, batches } = withTouch(lastUsed, () => (down ? touch() : Promise.resolve()))
      await authorizer.authorize(request)
      await pass(1_000)
      await pass(2_000)
      expect(batches).toHaveLength(1)
      expect(errors).toMatchObject([{ code, message }])
      expect(String(errors)).not.toContain(canary)
      down = false
      expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
      await pass(1_000)
      expect(batches[1]).toEqual([{ id: idOf('good'), at: later(3_000) }])
    },
  )

  it('is handed a thousand keys at a time, and the rest only if it took them', async () => {
    const sizes: number[] = []
    const errors: unknown[] = []
    const lastUsed = { intervalMs: 1, onError: (error: unknown) => errors.push(error) }
    const { authorizer } = withTouch(lastUsed, async (uses) => {
      sizes.push(uses.length)
      if (sizes.length === 5) throw new Error('down')
    })
    for (const keys of [2_500, 3_000]) {
      for (let i = 0; i < keys; i++) await authorizer.authorize(requestWith(`key-${i}`))
      await pass(1)
    }
    expect(sizes).toEqual([1_000, 1_000, 500, 1_000, 1_000])
    expect(errors).toHaveLength(1)
  })

  it('gets no second batch while it has one, and what was noted meanwhile in one', async () => {
    const answers: (() => void)[] = []
    const lastUsed = { intervalMs: 10 }
    const { authorizer, batches } = withTouch(lastUsed, () => new Promise((resolve) => answers.push(resolve)))
    await authorizer.authorize(request)
    await pass(10)
    for (const id of ['a', 'b', 'c']) {
      await authorizer.authorize(requestWith(id))
      await pass(10)
    }
    expect(batches).toHaveLength(1)
    answers[0]?.()
    await turn()
    expect(batches[1]?.map(({ id }) => id)).toEqual(['a', 'b', 'c'].map(idOf))
  })

  it('an onError that fails hurts nobody', async () => {
    const { authorizer } = withTouch(
      {
        intervalMs: 1,
        onError: () => {
          throw new Error('logger')
        },
      },
      () => Promise.reject(new Error('down')),
    )
    await authorizer.authorize(request)
    await pass(1)
    expect(outcomeOf(await authorizer.authorize(request))).toBe('allowed')
  })
})

describe('close', () => {
  it('writes what is pending before it settles, and leaves no timer', async () => {
    const { authorizer, batches } = withTouch(true)
    await authorizer.authorize(request)
    await authorizer.close()
    expect(batches).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
    await authorizer.close()
    expect(batches).toHaveLength(1)
  })

  it('waits for a batch that is being written, no longer than storeTimeoutMs', async () => {
    const { authorizer } = withTouch(true, () => new Promise(() => {}))
    await authorizer.authorize(request)
    let closed = false
    const closing = authorizer.close().then(() => {
      closed = true
    })
    await turn()
    await pass(1_999)
    expect(closed).toBe(false)
    await pass(1)
    await closing
    expect(closed).toBe(true)
  })

  it('a request that was under way then is decided and not noted', async () => {
    const { authorizer, batches } = withTouch(true)
    const decision = authorizer.authorize(request)
    await authorizer.close()
    expect(outcomeOf(await decision)).toBe('allowed')
    await pass(60_000)
    expect(batches.flat()).toHaveLength(0)
  })
})

describe('what is noted can neither change a key nor bring one back', () => {
  it('of a key that was deleted or deactivated meanwhile', async () => {
    const store = memoryStore({
      keys: [
        { referenceId: 'deleted', id: '1', tenantId: 'acme' },
        { referenceId: 'deactivated', id: '2', tenantId: 'acme' },
      ],
    })
    const authorizer = createAuthorizer({ store, lastUsed: true })
    for (const id of ['deleted', 'deactivated']) {
      expect(outcomeOf(await authorizer.authorize(requestWith(id)))).toBe('allowed')
    }
    store.remove('1')
    store.put({ referenceId: 'deactivated', id: '2', tenantId: 'acme', activated: false })
    const outcomes = () =>
      Promise.all(['deleted', 'deactivated'].map((id) => authorizer.authorize(requestWith(id)))).then((all) =>
        all.map(outcomeOf),
      )
    expect(await outcomes()).toEqual(['unknown_key', 'deactivated'])
    await pass(60_000)
    expect(await outcomes()).toEqual(['unknown_key', 'deactivated'])
    expect(await store.findKey('acme', '1')).toBeNull()
    expect(await store.findKey('acme', '2')).toMatchObject({ activated: false, lastUsedAt: startOfTime })
  })
})

describe('the option lastUsed', () => {
  const store = memoryStore()
  const create = (lastUsed: unknown) => () => createAuthorizer({ store, lastUsed: lastUsed as true })

  it.each([null, canary, 7, []])('refuses %s', (lastUsed) => {
    expectRefusal(create(lastUsed), 'invalid_option', '"lastUsed options" must be an object')
  })

  it('refuses one that it does not know', () => {
    expectRefusal(create({ interval: 1 }), 'unknown_option', '"intervalMs", "maxPending", "onError"')
  })

  it.each([
    [{ intervalMs: 0 }, '"lastUsed.intervalMs"'],
    [{ intervalMs: 2 ** 31 }, '"lastUsed.intervalMs"'],
    [{ maxPending: 0 }, '"lastUsed.maxPending"'],
    [{ maxPending: 1.5 }, '"lastUsed.maxPending"'],
    [{ onError: canary }, '"lastUsed.onError"'],
  ])('refuses %o', (lastUsed, name) => {
    expectRefusal(create(lastUsed), 'invalid_option', name)
  })

  it('refuses a store without touch', () => {
    const lookUpOnly = { findByDigest: store.findByDigest }
    expectRefusal(
      () => createAuthorizer({ store: lookUpOnly, lastUsed: true }),
      'invalid_option',
      '"store" must be one with a method touch, because "lastUsed" is given',
    )
  })
})
