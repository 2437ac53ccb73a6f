import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { isPromiseLike, whenReady } from '../../src/when-ready.js'

it.each([['text'], [''], [0], [null], [undefined], [JSON.parse('{"then":"no function"}')]])(
  'hands %j on at once',
  (value) => {
    expect(isPromiseLike(value)).toBe(false)
    expect(whenReady(value, (given) => [given])).toEqual([value])
  },
)

it.each<[what: string, promise: PromiseLike<string>]>([
  ['a promise', Promise.resolve('value')],
  ['a promise of another realm', runInNewContext('Promise.resolve("value")')],
])('hands on later what %s is for', async (_, promise) => {
  const given: string[] = []
  const answer = whenReady(promise, (value) => given.push(value))
  expect(isPromiseLike(promise)).toBe(true)
  expect(given).toEqual([])
  expect(await answer).toBe(1)
  expect(given).toEqual(['value'])
})

it('rejects with what the promise rejects with', async () => {
  const error = new Error('failed')
  const given: unknown[] = []
  await expect(whenReady(Promise.reject(error), (value) => given.push(value))).rejects.toBe(error)
  expect(given).toEqual([])
})
