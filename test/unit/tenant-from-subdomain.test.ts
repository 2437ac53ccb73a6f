import { tenantFromSubdomain } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'
import { tenantSource } from '../support/tenant-source.js'

const tenantOf = (host: string | undefined, base = 'api.example.com') =>
  tenantFromSubdomain(base).resolve(tenantSource({ host }))

describe('under api.example.com', () => {
  it.each([
    ['acme.api.example.com', 'acme'],
    ['acme.api.example.com:8443', 'acme'],
    ['acme.api.example.com:80', 'acme'],
    ['ACME.api.example.com', 'acme'],
    ['acme.API.Example.COM:443', 'acme'],
    ['a.api.example.com', 'a'],
    ['7.api.example.com', '7'],
    ['acme-2.api.example.com', 'acme-2'],
    ['xn--caf-dma.api.example.com', 'xn--caf-dma'],
    ['api.api.example.com', 'api'],
    [`${'a'.repeat(63)}.api.example.com`, 'a'.repeat(63)],
  ])('%s is the host of %s', (host, tenant) => {
    expect(tenantOf(host)).toBe(tenant)
  })

  it.each<[title: string, host: string | undefined]>([
    ['no host', undefined],
    ['an empty host', ''],
    ['the base itself', 'api.example.com'],
    ['the base itself, with a port', 'api.example.com:8443'],
    ['an empty label', '.api.example.com'],
    ['two labels', 'acme.eu.api.example.com'],
    ['two labels, one of them empty', 'acme..api.example.com'],
    ['a dot in front', '.acme.api.example.com'],
    ['a trailing dot', 'acme.api.example.com.'],
    ['a trailing dot and a port', 'acme.api.example.com.:443'],
    ['another domain', 'acme.example.com'],
    ['a longer base', 'acme.evilapi.example.com'],
    ['a look-alike without a dot', 'evilapi.example.com'],
    ['a look-alike that ends like the base', 'acme-api.example.com'],
    ['the base in front of another domain', 'acme.api.example.com.evil.test'],
    ['another character for a dot of the base', 'acme.apiXexample.com'],
    ['a hyphen for a dot of the base', 'acme.api-example.com'],
    ['a user', 'jdoe@acme.api.example.com'],
    ['an @ behind', 'acme.api.example.com@evil.test'],
    ['a comma list', 'acme.api.example.com,globex.api.example.com'],
    ['a comma list with blanks', 'acme.api.example.com, globex.api.example.com'],
    ['a comma in the label', 'acme,globex.api.example.com'],
    ['a percent escape', '%61cme.api.example.com'],
    ['an escaped dot', 'acme%2eapi.example.com'],
    ['a blank in front', ' acme.api.example.com'],
    ['a blank behind', 'acme.api.example.com '],
    ['a line break behind', 'acme.api.example.com\n'],
    ['NUL behind', 'acme.api.example.com\0'],
    ['an underscore', 'acme_2.api.example.com'],
    ['a hyphen in front', '-acme.api.example.com'],
    ['a hyphen behind', 'acme-.api.example.com'],
    ['a label of 64 characters', `${'a'.repeat(64)}.api.example.com`],
    ['a label of 100,000 characters', `${'a'.repeat(100_000)}.api.example.com`],
    ['a wildcard', '*.api.example.com'],
    ['a port without digits', 'acme.api.example.com:'],
    ['a port of letters', 'acme.api.example.com:http'],
    ['a port of six digits', 'acme.api.example.com:123456'],
    ['two ports', 'acme.api.example.com:80:80'],
    ['a negative port', 'acme.api.example.com:-1'],
    ['a scheme', 'https://acme.api.example.com'],
    ['a path', 'acme.api.example.com/x'],
    ['a backslash', 'acme.api.example.com\\x'],
    ['a query', 'acme.api.example.com?x'],
    ['a fragment', 'acme.api.example.com#x'],
    ['brackets', '[acme.api.example.com]'],
    ['an address', '192.0.2.7'],
    ['an IPv6 address', '[::1]:443'],
    ['an accent', 'acm\u00e9.api.example.com'],
    ['the Kelvin sign', '\u212a.api.example.com'],
    ['a long s', 'acme.api.example.\u017fom'],
    ['a full-width dot', 'acme\uff0eapi.example.com'],
    ['an ideographic full stop', 'acme\u3002api.example.com'],
  ])('%s names no tenant', (_, host) => {
    expect(tenantOf(host)).toBeUndefined()
  })

  it('the Kelvin sign is no k of the base either', () => {
    expect(tenantOf('acme.\u212aeys.test', 'keys.test')).toBeUndefined()
    expect(tenantOf('acme.KEYS.test', 'keys.test')).toBe('acme')
  })

  it.each<[title: string, lines: string[], tenant: string | undefined]>([
    ['one Host line is no obstacle', ['acme.api.example.com'], 'acme'],
    ['two Host lines name no tenant', ['acme.api.example.com', 'globex.api.example.com'], undefined],
    ['two equal Host lines name no tenant', ['acme.api.example.com', 'acme.api.example.com'], undefined],
  ])('%s', (_, lines, tenant) => {
    const source = tenantSource({ headers: { host: lines }, host: 'acme.api.example.com' })
    expect(tenantFromSubdomain('api.example.com').resolve(source)).toBe(tenant)
  })

  it.each<[title: string, host: string[], authority: string, tenant: string | undefined]>([
    [':authority alone is no obstacle', [], 'acme.api.example.com', 'acme'],
    [':authority and an equal Host are none', ['acme.api.example.com'], 'acme.api.example.com', 'acme'],
    [
      ':authority and another Host name no tenant',
      ['globex.api.example.com'],
      'acme.api.example.com',
      undefined,
    ],
    [':authority and an empty Host name no tenant', [''], 'acme.api.example.com', undefined],
  ])('%s', (_, host, authority, tenant) => {
    const source = tenantSource({ headers: { host, ':authority': authority }, host: authority })
    expect(tenantFromSubdomain('api.example.com').resolve(source)).toBe(tenant)
  })
})

it.each([
  ['acme.localhost:3000', 'localhost', 'acme'],
  ['acme.api.example.com', 'API.EXAMPLE.COM', 'acme'],
  ['acme.a-b.example.com', 'a-b.example.com', 'acme'],
])('%s under %s is the host of %s', (host, base, tenant) => {
  expect(tenantOf(host, base)).toBe(tenant)
})

it('adds nothing to "Vary": a cache tells hosts apart anyway', () => {
  expect(tenantFromSubdomain('api.example.com').vary).toEqual([])
})

it.each<[title: string, base: unknown]>([
  ['an empty text', ''],
  ['a dot in front', '.example.com'],
  ['a trailing dot', 'example.com.'],
  ['an empty label', 'api..example.com'],
  ['a port', 'example.com:443'],
  ['a scheme', `https://${canary}.example.com`],
  ['a path', 'example.com/api'],
  ['a wildcard', '*.example.com'],
  ['metacharacters of a pattern', '.*'],
  ['a group', '(example|evil).com'],
  ['a class', '[a-z].com'],
  ['a quantifier', 'a+.com'],
  ['an alternative', 'a|b'],
  ['an escape', 'example\\.com'],
  ['an anchor', '^example.com$'],
  ['a blank', 'example .com'],
  ['a line break', 'example.com\n'],
  ['an underscore', 'my_api.example.com'],
  ['a hyphen in front', '-api.example.com'],
  ['a character outside ASCII', 'caf\u00e9.example.com'],
  ['nothing', undefined],
  ['null', null],
  ['a list', ['example.com']],
  ['a pattern', /example\.com/],
])('refuses %s for a base', (_, base) => {
  expectRefusal(
    () => tenantFromSubdomain(base as string),
    'invalid_option',
    '"tenantFromSubdomain(base)"',
    'a domain, such as "api.example.com"',
  )
})
