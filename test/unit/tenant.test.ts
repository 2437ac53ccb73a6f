import {
  createAuthorizer,
  type TenantClaim,
  tenantFromHeader,
  tenantFromKey,
  tenantFromParam,
  tenantFromSubdomain,
} from 'rest-api-key'
import { describe, expect, it, vi } from 'vitest'
import { isResolved, isTenantFromKey, isTenantResolver } from '../../src/tenant.js'
import { recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { canary, expectError } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

const authorizerFor = (tenantId: string) =>
  createAuthorizer({ store: answeringStore(async () => recordOf('id', { tenantId })) })

const composed = 'caf\u00e9'
const decomposed = 'cafe\u0301'

describe.each<[how: string, wrap: (claim: unknown) => unknown]>([
  ['as a value', (claim) => claim],
  ['by a function', (claim) => () => claim],
  ['by an asynchronous function', (claim) => async () => claim],
])('a tenant that is claimed %s', (_, wrap) => {
  const authorize = (tenantId: string, claim: unknown) =>
    authorizerFor(tenantId).authorize(requestWith('id', { tenantId: wrap(claim) as TenantClaim }))

  it.each<[tenantId: string, claim: unknown]>([
    ['acme', 'acme'],
    [composed, composed],
    [decomposed, decomposed],
    ['acme ', 'acme '],
    ['undefined', 'undefined'],
    ['0', '0'],
    ['acme', tenantFromKey],
    [composed, tenantFromKey],
  ])('passes for a key of %j that claims %j', async (tenantId, claim) => {
    const decision = await authorize(tenantId, claim)
    expect(decision).toMatchObject({ allowed: true, principal: { tenantId } })
  })

  it.each<[title: string, tenantId: string, claim: unknown]>([
    ['another tenant', 'acme', 'globex'],
    ['upper case', 'acme', 'ACME'],
    ['another case', 'acme', 'Acme'],
    ['lower case for upper case', 'ACME', 'acme'],
    ['a blank behind', 'acme', 'acme '],
    ['a blank in front', 'acme', ' acme'],
    ['a tab behind', 'acme', 'acme\t'],
    ['NUL behind', 'acme', 'acme\0'],
    ['NBSP behind', 'acme', 'acme\u00a0'],
    ['no blank where the key has one', 'acme ', 'acme'],
    ['the beginning', 'acme', 'acm'],
    ['more', 'acme', 'acmee'],
    ['another normal form', composed, decomposed],
    ['another normal form, the other way round', decomposed, composed],
    ['a compatibility form', 'fi', '\ufb01'],
    ['full-width letters', 'acme', '\uff41\uff43\uff4d\uff45'],
    ['a Cyrillic look-alike', 'acme', '\u0430cme'],
    ['the Kelvin sign', 'k', '\u212a'],
    ['a zero-width character', 'acme', 'ac\u200bme'],
    ['a wildcard', 'acme', '*'],
    ['a pattern', 'acme', '.*'],
    ['a percent sign', 'acme', '%'],
    ['a comma list', 'acme', 'acme,globex'],
    ['an escape', 'acme', '%61cme'],
    ['quotes', 'acme', '"acme"'],
    ['a number with zeros in front', '7', '07'],
  ])('is refused with %s', async (_, tenantId, claim) => {
    const decision = await authorize(tenantId, claim)
    expect(decision).toMatchObject({ allowed: false, reason: 'wrong_tenant' })
    expect(decision).not.toHaveProperty('cause')
  })

  it.each<[title: string, tenantId: string, claim: unknown]>([
    ['undefined', 'acme', undefined],
    ['undefined, to a tenant of that name', 'undefined', undefined],
    ['null', 'acme', null],
    ['null, to a tenant of that name', 'null', null],
    ['an empty text', 'acme', ''],
    ['a list', 'acme', ['acme']],
    ['an empty list', 'acme', []],
    ['a number', '7', 7],
    ['zero', '0', 0],
    ['true', 'true', true],
    ['a boxed text', 'acme', new String('acme')],
    ['an object', 'acme', { tenantId: 'acme', toString: () => 'acme' }],
    ['a pattern', 'acme', /acme/],
    ['a resolver in place of its result', 'acme', tenantFromHeader('x-tenant')],
    ['something like tenantFromKey', 'acme', { [Symbol('rest-api-key.tenant')]: 'key' }],
  ])('is refused as unresolved with %s', async (_, tenantId, claim) => {
    const decision = await authorize(tenantId, claim)
    expect(decision).toMatchObject({ allowed: false, reason: 'wrong_tenant', cause: 'tenant_unresolved' })
  })
})

describe('a function that finds the tenant', () => {
  it.each<[title: string, tenantId: () => TenantClaim | Promise<TenantClaim>]>([
    [
      'throws',
      () => {
        throw new Error(canary)
      },
    ],
    ['rejects', () => Promise.reject(new Error(canary))],
    ['rejects with a text', () => Promise.reject(canary)],
    [
      'throws undefined',
      () => {
        throw undefined
      },
    ],
  ])('and %s makes the answer 503, without a look-up', async (_, tenantId) => {
    const store = answeringStore(async () => recordOf('id'))
    const decision = await createAuthorizer({ store }).authorize(requestWith('id', { tenantId }))
    expect(decision).toMatchObject({ reason: 'store_unavailable', response: { status: 503 } })
    expectError('cause' in decision ? decision.cause : undefined, 'tenant_failed', 'tenant resolver')
    expect(store.reads).toEqual([])
  })

  it.each<[title: string, authorization: string[]]>([
    ['missing', []],
    ['malformed', ['rest_api_key=']],
  ])('is not called if credentials are %s', async (_, authorization) => {
    const tenantId = vi.fn(() => 'acme')
    await authorizerFor('acme').authorize(requestOf(authorization, { tenantId }))
    expect(tenantId).not.toHaveBeenCalled()
  })

  it('may return a thenable of its own', async () => {
    // biome-ignore lint/suspicious/noThenProperty: query builders have one.
    const thenable = { then: (resolve: (tenant: string) => void) => resolve('acme') }
    const tenantId = () => thenable as unknown as Promise<string>
    expect(await authorizerFor('acme').authorize(requestWith('id', { tenantId }))).toMatchObject({
      allowed: true,
    })
    expect(await authorizerFor('globex').authorize(requestWith('id', { tenantId }))).toMatchObject({
      reason: 'wrong_tenant',
    })
  })
})

describe('tenantFromKey and the resolvers', () => {
  const resolvers = [
    tenantFromHeader('x-tenant'),
    tenantFromParam('tenant'),
    tenantFromSubdomain('api.example.com'),
  ]

  it('are told apart', () => {
    expect(isTenantFromKey(tenantFromKey)).toBe(true)
    expect(isTenantResolver(tenantFromKey)).toBe(false)
    for (const resolver of resolvers) {
      expect(isTenantResolver(resolver)).toBe(true)
      expect(isTenantFromKey(resolver)).toBe(false)
      expect(isResolved(resolver)).toBe(false)
    }
  })

  it.each([undefined, null, '', 'key', 'acme', {}, [], () => 'acme'])('are not %s', (value) => {
    expect(isTenantFromKey(value)).toBe(false)
    expect(isTenantResolver(value)).toBe(false)
  })

  it('are recognised if another copy of the package made them', () => {
    const brand = Symbol.for('rest-api-key.tenant')
    expect(isTenantFromKey({ [brand]: 'key' })).toBe(true)
    expect(isTenantResolver({ [brand]: 'resolver' })).toBe(true)
  })

  it('are frozen', () => {
    for (const one of [tenantFromKey, ...resolvers]) expect(Object.isFrozen(one)).toBe(true)
  })
})
