import { bearerCredentials } from 'rest-api-key'
import { expect, it } from 'vitest'

it('describes itself in challenge and problem', () => {
  const format = bearerCredentials()
  expect(format.header).toBe('authorization')
  expect(format.form).toBe('Authorization: Bearer {Reference ID}')
  expect(format.challenge('api')).toBe('Bearer realm="api"')
})

it.each([
  ['Bearer a', 0, true],
  ['bEARER', 0, true],
  ['Bearer=a', 0, true],
  ['Bearer,', 0, true],
  ['Basic x,bearer a', 8, true],
  ['Bearers a', 0, false],
  ['Bearer-x', 0, false],
  [' Bearer a', 0, false],
  ['Beare', 0, false],
  ['Bea\u0280er a', 0, false],
])('of %j at %i, its claim is %s', (value, offset, claimed) => {
  const format = bearerCredentials()
  expect(format.claims(value, offset)).toBe(claimed)
  expect(format.claims(value, offset)).toBe(claimed)
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
