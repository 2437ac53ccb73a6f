import { bearerCredentials } from 'rest-api-key'
import { expect, it } from 'vitest'

it('describes itself in challenge and problem', () => {
  const format = bearerCredentials()
  expect(format.header).toBe('authorization')
  expect(format.form).toBe('Authorization: Bearer {Reference ID}')
  expect(format.challenge('api')).toBe('Bearer realm="api"')
})

it.each([
  ['Bearer a', true],
  ['bEARER', true],
  ['Bearer=a', true],
  ['Bearer,', true],
  ['Basic x,bearer a', false],
  ['Bearers a', false],
  ['Bearer-x', false],
  [' Bearer a', false],
  ['Beare', false],
  ['Bea\u0280er a', false],
])('of %j, its claim is %s', (value, claimed) => {
  expect(bearerCredentials().claims(value)).toBe(claimed)
})

it.each([
  ['Bearer a', 'a'],
  ['Bearer ', undefined],
  ['Bearer', undefined],
  ['Bearer  a', undefined],
  ['Bearer=a', undefined],
  ['Bearer a ', undefined],
])('parses %j to %j', (value, id) => {
  expect(bearerCredentials().parse(value)).toBe(id)
})
