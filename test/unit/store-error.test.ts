import { isRestApiKeyError, RestApiKeyError } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { foreignError, storeError } from '../../src/store-error.js'

const wrapped = (error: unknown) => foreignError('store_failed', 'It failed', error)
const errorWith = (properties: PropertyDescriptorMap) => Object.defineProperties(new Error('m'), properties)

describe('the message of a wrapped error', () => {
  it.each<[title: string, error: unknown, label: string]>([
    ['a class', new TypeError('m'), 'TypeError'],
    [
      'a class and a code',
      Object.assign(new TypeError('m'), { code: 'ECONNREFUSED' }),
      'TypeError, ECONNREFUSED',
    ],
    ['a text', 'm', 'string thrown'],
    ['nothing', undefined, 'undefined thrown'],
    ['an object', { name: 'TypeError' }, 'object thrown'],
    ['something in front of a class', errorWith({ name: { value: 'id-7-Error' } }), 'Error'],
    ['something behind a class', errorWith({ name: { value: 'ErrorId7' } }), 'Error'],
    ['a name that is no text', errorWith({ name: { value: { toString: () => 'SecretError' } } }), 'Error'],
    ['a code of 40 letters', errorWith({ code: { value: 'A'.repeat(40) } }), `Error, ${'A'.repeat(40)}`],
    ['a code of 41 letters', errorWith({ code: { value: 'A'.repeat(41) } }), 'Error'],
    ['a code that is no text', errorWith({ code: { value: 23505 } }), 'Error'],
  ])('shows of %s no more than it may', (_, error, label) => {
    expect(wrapped(error).message).toBe(`It failed (${label})`)
  })

  it('shows nothing of what refuses to be asked', () => {
    const name = {
      get() {
        throw new Error('x')
      },
    }
    expect(isRestApiKeyError(wrapped(errorWith({ name })))).toBe(true)
    expect(wrapped(errorWith({ name })).message).toBe('It failed')
  })
})

describe('the stack of a wrapped error', () => {
  it('is that of the driver, in whole frames only', () => {
    const lines = [
      'Error: m',
      '    at query (/app/driver.js:1:2)',
      'secret    at query (/app/driver.js:3:4)',
      '    at query (/app/driver.js:5:6) secret',
      '    at node:internal/timers:7:8',
    ]
    const { stack } = wrapped(errorWith({ stack: { value: lines.join('\n') } }))
    expect(stack).toBe(`RestApiKeyError: It failed (Error)\n${lines[1]}\n${lines[4]}`)
  })

  it.each<[title: string, error: unknown]>([
    ['what is no error', 'm'],
    ['an error whose stack is no text', errorWith({ stack: { value: 7 } })],
    ['an error without frames', errorWith({ stack: { value: 'Error: m' } })],
    [
      'an error whose message was changed',
      errorWith({ stack: { value: 'Error: m\n    at f (/a.js:1:2)' }, message: { value: 'another' } }),
    ],
  ])('is our own for %s', (_, error) => {
    const label = error === 'm' ? 'string thrown' : 'Error'
    const [head, ...frames] = wrapped(error).stack?.split('\n') ?? []
    expect(head).toContain(`It failed (${label})`)
    expect(frames[0]).toContain('store-error')
  })
})

it('a store fails with its own error, unless it is one of this library', () => {
  const own = new RestApiKeyError('store_timeout', 'a message')
  expect(storeError(own)).toBe(own)
  expect(storeError(new Error('m'))).toMatchObject({
    code: 'store_failed',
    message: 'The key store failed (Error)',
  })
})
