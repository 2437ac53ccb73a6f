import { AsyncLocalStorage } from 'node:async_hooks'
import { type Authorizer, createAuthorizer } from 'rest-api-key'
import { expect, it, vi } from 'vitest'
import { decideAtOnce } from '../../src/decide-at-once.js'
import { whenReady } from '../../src/when-ready.js'
import { outcomeOf, recordOf, requestWith } from '../support/key-requests.js'
import { answeringStore } from '../support/scripted-store.js'

const good = recordOf('good')
const store = answeringStore((digest) => (digest === good.digest ? good : null))
const request = requestWith('good')

it('waits for the store, and answers at once when the key is in the cache', async () => {
  const authorizer = createAuthorizer({ store })
  const first = decideAtOnce(authorizer, request)
  expect(first).toBeInstanceOf(Promise)
  expect(decideAtOnce(authorizer, request)).toBeInstanceOf(Promise)
  const decision = await first
  expect(decideAtOnce(authorizer, request)).toBe(decision)
  expect(await authorizer.authorize(request)).toBe(decision)
})

it('waits where onDecision is told first', async () => {
  const told: unknown[] = []
  const authorizer = createAuthorizer({ store, onDecision: (decision) => told.push(decision) })
  await decideAtOnce(authorizer, request)
  const second = decideAtOnce(authorizer, request)
  expect(told).toHaveLength(1)
  const decision = await second
  expect(told).toEqual([decision, decision])
})

it('throws what headerLines throws, of which authorize makes a rejection', async () => {
  const error = new Error('no headers')
  const failing = {
    ...request,
    headerLines() {
      throw error
    },
  }
  const authorizer = createAuthorizer({ store })
  expect(() => decideAtOnce(authorizer, failing)).toThrow(error)
  await expect(authorizer.authorize(failing)).rejects.toBe(error)
})

it.each<[what: string, wrap: (authorizer: Authorizer, authorize: Authorizer['authorize']) => Authorizer]>([
  ['copies an authorizer', (authorizer, authorize) => ({ ...authorizer, authorize })],
  [
    'inherits from one',
    (authorizer, authorize) => Object.create(authorizer, { authorize: { value: authorize } }),
  ],
  [
    'stands in front of one',
    (authorizer, authorize) =>
      new Proxy({} as Authorizer, {
        get: (_, name) => (name === 'authorize' ? authorize : authorizer[name as keyof Authorizer]),
      }),
  ],
])('asks the authorize of an application that %s', async (_, wrap) => {
  const own = createAuthorizer({ store })
  await own.authorize(request)
  const denied = await own.authorize(requestWith('nobody'))
  const asked: unknown[] = []
  const wrapped = wrap(own, async function authorize(this: unknown, given) {
    asked.push([this, given])
    return denied
  } as Authorizer['authorize'])
  expect(outcomeOf(await decideAtOnce(wrapped, request))).toBe('unknown_key')
  expect(asked).toEqual([[wrapped, request]])
})

it('asks a function that has taken over everything that stood on authorize', async () => {
  const own = createAuthorizer({ store })
  await own.authorize(request)
  const denied = await own.authorize(requestWith('nobody'))
  const copied = Object.defineProperties(async () => denied, Object.getOwnPropertyDescriptors(own.authorize))
  const proxied = new Proxy(own.authorize, { apply: async () => denied })
  for (const authorize of [copied, proxied]) {
    const wrapped = { ...own, authorize } as Authorizer
    expect(await decideAtOnce(wrapped, request)).toBe(denied)
  }
})

it('waits for what an application answers with that has only a then of its own', async () => {
  const own = createAuthorizer({ store })
  const decision = await own.authorize(request)
  const answer = {
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about.
    then(use: (value: unknown) => void) {
      use(decision)
      return this
    },
  }
  const answered = decideAtOnce({ ...own, authorize: (() => answer) as never }, request)
  expect(answered).toBeInstanceOf(Promise)
  expect(await answered).toBe(decision)
})

it('goes on in the context of its request, in whichever an application answers', async () => {
  const own = createAuthorizer({ store })
  const context = new AsyncLocalStorage<string>()
  const waiting: (() => void)[] = []
  const answer = {
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about.
    then: (use: (value: unknown) => void) => void waiting.push(() => use('answer')),
  }
  const authorizer: Authorizer = { ...own, authorize: (() => answer) as never }
  const seen = context.run('own', async () => {
    await whenReady<unknown, unknown>(decideAtOnce(authorizer, request), () => undefined)
    return whenReady<unknown, unknown>(decideAtOnce(authorizer, request), () => context.getStore())
  })
  for (let turn = 0; turn < 2; turn++) {
    await vi.waitUntil(() => waiting.length > 0)
    context.run('of another', waiting.pop() as () => void)
  }
  expect(await seen).toBe('own')
})

it.each([[undefined], [null], ['route'], [0]])(
  'makes an error of %j, with which the authorize of an application fails',
  async (thrown) => {
    const own = createAuthorizer({ store })
    const attempts = [
      () => {
        throw thrown
      },
      () => Promise.reject(thrown),
    ]
    for (const authorize of attempts) {
      const failing = decideAtOnce({ ...own, authorize }, request)
      await expect(failing).rejects.toMatchObject({
        code: 'store_failed',
        message: `The authorizer failed (${typeof thrown} thrown)`,
      })
    }
  },
)

it('passes on an error with which the authorize of an application fails', async () => {
  const error = new TypeError('failed')
  const authorizer = { ...createAuthorizer({ store }), authorize: () => Promise.reject(error) }
  await expect(decideAtOnce(authorizer, request)).rejects.toBe(error)
})

it('is found by another copy of the package', () => {
  const { authorize } = createAuthorizer({ store })
  const symbols = Object.getOwnPropertySymbols(authorize)
  expect(symbols).toEqual([Symbol.for('rest-api-key.decide-at-once')])
})
