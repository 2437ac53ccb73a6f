import { authorizationFor } from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

it.each(['0123456789ABCDEF0123456789ABCDEF', 'a', 'AZaz09-._~', 'a'.repeat(256)])(
  'writes %s unchanged',
  (id) => {
    expect(authorizationFor(id)).toBe(`rest_api_key=${id}`)
  },
)

it.each([
  ['an empty text', ''],
  ['a text of 257 characters', 'a'.repeat(257)],
  ['a blank', `${canary} `],
  ['a line break', `${canary}\r\n`],
  ['a whole header value', `rest_api_key=${canary}`],
  ['a clear-text digest', `plain:${canary}`],
  ['a comma list', `${canary},${canary}`],
  ['a character outside ASCII', `${canary}\u212a`],
  ['nothing', undefined],
  ['null', null],
  ['a list', [canary]],
])('refuses %s without repeating it', (_, id) => {
  expectRefusal(
    () => authorizationFor(id as string),
    'invalid_option',
    '"referenceId"',
    '1 to 256 characters of A-Z a-z 0-9 - . _ ~',
  )
})

it.each([48151623, 48151623n])('refuses the number %s without repeating it', (id) => {
  expectRefusal(() => authorizationFor(id as never), 'invalid_option', '"referenceId"')
  expect(() => authorizationFor(id as never)).not.toThrow(/48151623/)
})
