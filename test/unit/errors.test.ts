import { isRestApiKeyError, RestApiKeyError } from 'rest-api-key'
import { expect, it } from 'vitest'

it('an error has a name, a code and a message', () => {
  const error = new RestApiKeyError('invalid_option', 'a message')
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe('RestApiKeyError: a message')
  expect(error.code).toBe('invalid_option')
  expect(error.cause).toBeUndefined()
})

it('an error keeps its cause and its faults', () => {
  const cause = new Error('x')
  const faults = [{ field: 'name', message: 'is missing' }]
  const error = new RestApiKeyError('invalid_input', 'a message', { cause, faults })
  expect(error.cause).toBe(cause)
  expect(error.faults).toEqual(faults)
  expect(new RestApiKeyError('closed', 'a message').faults).toEqual([])
})

it('an error of another copy of the package is recognised', () => {
  const foreign = Object.assign(new Error('a message'), { [Symbol.for('rest-api-key.error')]: true })
  expect(isRestApiKeyError(new RestApiKeyError('closed', 'a message'))).toBe(true)
  expect(isRestApiKeyError(foreign)).toBe(true)
})

it.each([
  undefined,
  null,
  'invalid_option',
  7,
  {},
  new Error('x'),
  { name: 'RestApiKeyError', code: 'closed' },
  () => {},
])('something else is not: %s', (value) => {
  expect(isRestApiKeyError(value)).toBe(false)
})

it('what refuses to be asked is none', () => {
  const has = () => {
    throw new Error('x')
  }
  expect(isRestApiKeyError(new Proxy({}, { has }))).toBe(false)
})

it('the brand is in no listing of an error', () => {
  const error = new RestApiKeyError('closed', 'a message')
  expect(Object.keys(error).sort()).toEqual(['code', 'faults', 'name'])
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'closed' })
})
