import { restApiKeyCredentials } from 'rest-api-key'
import { expect, it } from 'vitest'

it('describes itself in challenge and problem', () => {
  const format = restApiKeyCredentials()
  expect(format.header).toBe('authorization')
  expect(format.form).toBe('Authorization: rest_api_key={Reference ID}')
  expect(format.challenge('api')).toBe('rest_api_key realm="api"')
})

it.each([
  ['rest_api_key=a', 0, true],
  ['REST_api_KEY', 0, true],
  ['rest_api_keys', 0, true],
  ['Basic x, rest_api_key=a', 9, true],
  ['Basic x, rest_api_key=a', 8, false],
  ['rest_api_key=a, b', 16, false],
  ['rest_api_key', 12, false],
  [' rest_api_key=a', 0, false],
  ['xrest_api_key=a', 0, false],
  ['rest_api_ke', 0, false],
  ['', 0, false],
  ['rest_api_\u212aey=a', 0, false],
])('of %j at %i, its claim is %s', (value, offset, claimed) => {
  const format = restApiKeyCredentials()
  expect(format.claims(value, offset)).toBe(claimed)
  // The same again: nothing is remembered from one value to the next.
  expect(format.claims(value, offset)).toBe(claimed)
})

it.each([
  ['rest_api_key=a', 'a'],
  ['rest_api_key=', undefined],
  ['rest_api_key', undefined],
  ['rest_api_key a', undefined],
])('parses %j to %j', (value, id) => {
  expect(restApiKeyCredentials().parse(value)).toBe(id)
})
