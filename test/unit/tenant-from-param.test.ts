import { tenantFromParam } from 'rest-api-key'
import { expect, it } from 'vitest'
import { expectRefusal } from '../support/refusals.js'
import { tenantSource } from '../support/tenant-source.js'

it.each<[param: unknown, tenant: string | undefined]>([
  ['acme', 'acme'],
  ['acme ', 'acme '],
  ['Acme', 'Acme'],
  ['', ''],
  [undefined, undefined],
  [null, undefined],
  [['acme'], undefined],
  [7, undefined],
  [true, undefined],
  [{ tenant: 'acme' }, undefined],
  [new String('acme'), undefined],
])('finds in %j the tenant %j', (tenant, expected) => {
  expect(tenantFromParam('tenant').resolve(tenantSource({ params: { tenant, other: 'globex' } }))).toBe(
    expected,
  )
})

it('adds nothing to "Vary"', () => {
  expect(tenantFromParam('tenant').vary).toEqual([])
})

it.each([
  ['an empty name', ''],
  ['nothing', undefined],
  ['null', null],
  ['a number', 0],
  ['a list', ['tenant']],
])('refuses %s', (_, name) => {
  expectRefusal(
    () => tenantFromParam(name as string),
    'invalid_option',
    '"tenantFromParam(name)"',
    'route parameter',
  )
})
