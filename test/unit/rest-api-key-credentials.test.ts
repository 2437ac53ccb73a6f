import { restApiKeyCredentials } from 'rest-api-key'
import { expect, it } from 'vitest'

it('describes itself in challenge and problem', () => {
  const format = restApiKeyCredentials()
  expect(format.header).toBe('authorization')
  expect(format.form).toBe('Authorization: rest_api_key={Reference ID}')
  expect(format.challenge('api')).toBe('rest_api_key realm="api"')
})

it.each([
  ['rest_api_key=a', true],
  ['REST_api_KEY', true],
  ['rest_api_keys', true],
  ['Basic x, rest_api_key=a', false],
  [' rest_api_key=a', false],
  ['xrest_api_key=a', false],
  ['rest_api_ke', false],
  ['', false],
  ['rest_api_\u212aey=a', false],
])('of %j, its claim is %s', (value, claimed) => {
  expect(restApiKeyCredentials().claims(value)).toBe(claimed)
})

it.each([
  ['rest_api_key=a', 'a'],
  ['rest_api_key=', undefined],
  ['rest_api_key', undefined],
  ['rest_api_key a', undefined],
])('parses %j to %j', (value, id) => {
  expect(restApiKeyCredentials().parse(value)).toBe(id)
})
