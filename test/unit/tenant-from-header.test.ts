import { tenantFromHeader } from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'
import { tenantSource } from '../support/tenant-source.js'

it.each<[lines: string | string[], tenant: string | undefined]>([
  ['acme', 'acme'],
  [' acme\t', 'acme'],
  ['Acme', 'Acme'],
  ['acme inc', 'acme inc'],
  ['acme\u00a0', 'acme\u00a0'],
  ['%61cme', '%61cme'],
  [[], undefined],
  ['', undefined],
  [' \t', undefined],
  [['acme', 'acme'], undefined],
  [['acme', 'globex'], undefined],
  [['acme', ''], undefined],
  ['acme,globex', undefined],
  ['acme, acme', undefined],
  ['acme,', undefined],
  [',', undefined],
])('finds in %j the tenant %j', (lines, tenant) => {
  expect(tenantFromHeader('X-Tenant').resolve(tenantSource({ headers: { 'x-tenant': lines } }))).toBe(tenant)
})

it('names its header in "Vary"', () => {
  expect(tenantFromHeader('X-Tenant').vary).toEqual(['x-tenant'])
})

it.each([
  ['an empty name', ''],
  ['a blank', 'x tenant'],
  ['a colon', `x-tenant: ${canary}`],
  ['a character outside ASCII', 'x-ten\u00e4nt'],
  ['nothing', undefined],
  ['a list', ['x-tenant']],
])('refuses %s', (_, name) => {
  expectRefusal(
    () => tenantFromHeader(name as string),
    'invalid_option',
    '"tenantFromHeader(name)"',
    'a header',
  )
})
