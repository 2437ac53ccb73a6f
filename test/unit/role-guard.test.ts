import { describe, expect, it } from 'vitest'
import { denialByRole, parseRoles } from '../../src/role-guard.js'
import { canary, expectRefusal } from '../support/refusals.js'

describe('the roles of requireRole', () => {
  it('are refused when a route is defined: none', () => {
    expectRefusal(() => parseRoles([]), 'invalid_option', 'requireRole', 'at least one')
  })

  it.each([
    ['', 'an empty string'],
    [undefined, 'undefined'],
    [7, '7'],
    [[canary], 'an array'],
  ])('are refused when a route is defined: %j', (role, shown) => {
    const parts = ['"requireRole(...roles)" must be', 'empty, not', `, not ${shown}`]
    expectRefusal(() => parseRoles(['Operator', role]), 'invalid_option', ...parts)
  })

  it('are copied', () => {
    const given = ['Operator']
    const roles = parseRoles(given)
    given[0] = 'Administrator'
    expect(roles).toEqual(['Operator'])
  })
})

it('says what is missing where no apiKeyAuth ran', () => {
  const message = '"requireRole" needs apiKeyAuth before it on the same request'
  expectRefusal(() => denialByRole(undefined, ['Operator'], {}), 'api_key_auth_missing', message)
})
