import { headerCredentials } from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

it('describes itself in challenge and problem, with the header as it was given', () => {
  const format = headerCredentials('X-Api-Key')
  expect(format.header).toBe('x-api-key')
  expect(format.form).toBe('X-Api-Key: {Reference ID}')
  expect(format.challenge('api')).toBe('ApiKey realm="api", header="x-api-key"')
})

it.each([
  ['an empty name', ''],
  ['a blank in the name', `x ${canary}`],
  ['a colon', `${canary}:`],
  ['a line break', `x-api-key\r\n${canary}`],
  ['quotes', `"${canary}"`],
  ['a comma list', `x-api-key,${canary}`],
  ['a character outside ASCII', `\u212aey-${canary}`],
  ['no name', undefined],
  ['null', null],
  ['a list', [canary]],
  ['a number', 1],
])('refuses %s', (_, name) => {
  expectRefusal(
    () => headerCredentials(name as string),
    'invalid_option',
    '"headerCredentials(name)"',
    'the name of a header',
  )
})

it.each(['authorization', 'Authorization', 'AUTHORIZATION'])(
  'refuses %s, which has formats of its own',
  (name) => {
    expectRefusal(
      () => headerCredentials(name),
      'invalid_option',
      '"headerCredentials(name)"',
      'restApiKeyCredentials() or bearerCredentials()',
    )
  },
)
