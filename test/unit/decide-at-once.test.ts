import { type Authorizer, createAuthorizer } from 'rest-api-key'
import { expect, it } from 'vitest'
import { decideAtOnce } from '../../src/decide-at-once.js'
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

it('has called onDecision when it answers', async () => {
  const told: unknown[] = []
  const authorizer = createAuthorizer({ store, onDecision: (decision) => told.push(decision) })
  const first = await decideAtOnce(authorizer, request)
  const second = decideAtOnce(authorizer, request)
  expect(told).toEqual([first, second])
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

it('is found by another copy of the package', () => {
  const { authorize } = createAuthorizer({ store })
  const symbols = Object.getOwnPropertySymbols(authorize)
  expect(symbols).toEqual([Symbol.for('rest-api-key.decide-at-once')])
})
