import { createAuthorizer, isRestApiKeyError, memoryStore } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { parseIpAddress } from '../../src/ip-address.js'
import { parseIpRule } from '../../src/ip-rule.js'
import { recordOf, requestWith } from '../support/key-requests.js'
import { canary, expectError, expectRefusal } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

const malformed: readonly (readonly [title: string, rule: unknown])[] = [
  ['an empty text', ''],
  ['a blank', ' '],
  ['a blank in front', ' 192.0.2.7'],
  ['a blank behind', '192.0.2.7 '],
  ['a tab behind', '192.0.2.7\t'],
  ['a line break behind', '192.0.2.7\n'],
  ['NBSP behind', '192.0.2.7\u00a0'],
  ['NUL behind', '192.0.2.7\0'],
  ['two rules in one', '192.0.2.7,192.0.2.8'],
  ['two rules with a blank between', '192.0.2.7 192.0.2.8'],
  ['an octal octet', '010.0.0.1'],
  ['octets with leading zeros', '192.000.002.007'],
  ['a hexadecimal octet', '0xc0.0.2.7'],
  ['a hexadecimal number', '0xc0000207'],
  ['a decimal number', '3221225991'],
  ['a short form of three', '192.0.7'],
  ['a short form of two', '127.1'],
  ['a short form of one', '127'],
  ['an octet above 255', '192.0.2.256'],
  ['five octets', '192.0.2.7.8'],
  ['a dot behind', '192.0.2.7.'],
  ['a dot and no octet behind it', '192.0.2.'],
  ['a sign', '+192.0.2.7'],
  ['an exponent', '1e2.0.0.1'],
  ['full-width digits', '\uff11\uff19\uff12.0.2.7'],
  ['a wildcard octet', '192.0.2.*'],
  ['a wildcard', '*'],
  ['the word any', 'any'],
  ['a host name', 'localhost'],
  ['a domain', 'example.com'],
  ['a port', '192.0.2.7:80'],
  ['brackets', '[::1]'],
  ['a URL', 'http://192.0.2.7/'],
  ['quotes', '"192.0.2.7"'],
  ['a negation', '!192.0.2.7'],
  ['a netmask', '192.0.2.0/255.255.255.0'],
  ['a netmask behind a blank', '192.0.2.0 255.255.255.0'],
  ['a hexadecimal prefix', '192.0.2.0/0x18'],
  ['a prefix with a leading zero', '192.0.2.0/024'],
  ['a prefix of two zeros', '192.0.2.0/00'],
  ['a prefix with a plus', '192.0.2.0/+24'],
  ['a negative prefix', '192.0.2.0/-1'],
  ['a prefix with a fraction', '192.0.2.0/24.0'],
  ['a prefix with an exponent', '192.0.2.0/2e1'],
  ['a prefix with a blank in front', '192.0.2.0/ 24'],
  ['a prefix with a blank behind', '192.0.2.0/24 '],
  ['a blank before the slash', '192.0.2.0 /24'],
  ['a prefix of full-width digits', '192.0.2.0/\uff12\uff14'],
  ['a prefix of letters', '192.0.2.0/abc'],
  ['no prefix', '192.0.2.0/'],
  ['no address', '/24'],
  ['a slash alone', '/'],
  ['two prefixes', '192.0.2.0/24/24'],
  ['a prefix above 32', '192.0.2.0/33'],
  ['an IPv6 prefix on an IPv4 address', '192.0.2.0/128'],
  ['a prefix above 128', '2001:db8::/129'],
  ['a prefix of four digits', '2001:db8::/0128'],
  ['a prefix of 400 digits', `192.0.2.0/${'1'.repeat(400)}`],
  ['a short form in a block', '10/8'],
  ['a short form of three in a block', '10.0.0/24'],
  ['a mapped block of fewer than 96 bits', '::ffff:192.0.2.0/24'],
  ['a mapped block of 95 bits', '::ffff:0:0/95'],
  ['a mapped block of 129 bits', '::ffff:192.0.2.0/129'],
  ['a range in a block', '192.0.2.0-192.0.2.9/24'],
  ['a block in a range', '192.0.2.0/24-192.0.3.0/24'],
  ['a reversed range', '192.0.2.9-192.0.2.7'],
  ['a reversed IPv6 range', '2001:db8::f-2001:db8::a'],
  ['a reversed range, mapped on one side', '::ffff:192.0.2.9-192.0.2.7'],
  ['a range of two families', '192.0.2.7-2001:db8::1'],
  ['a range of two families, IPv6 first', '::-192.0.2.7'],
  ['a range into the mapped addresses', '::1-::ffff:192.0.2.7'],
  ['a range out of the mapped addresses', '::ffff:192.0.2.7-2001:db8::1'],
  ['a range to an IPv4-compatible address', '192.0.2.7-::192.0.2.9'],
  ['a range without a start', '-192.0.2.7'],
  ['a range without an end', '192.0.2.7-'],
  ['a hyphen alone', '-'],
  ['a range of three', '192.0.2.7-192.0.2.8-192.0.2.9'],
  ['a range with two hyphens', '192.0.2.7--192.0.2.9'],
  ['a range with blanks', '192.0.2.7 - 192.0.2.9'],
  ['a range with a short end', '192.0.2.7-9'],
  ['a range within an octet', '192.0.2.7-9.0'],
  ['a range with an en dash', '192.0.2.7\u2013192.0.2.9'],
  ['a range with an octal end', '192.0.2.7-192.0.2.011'],
  ['a zone id', 'fe80::1%eth0'],
  ['an empty zone id', 'fe80::1%'],
  ['a zone id in a block', 'fe80::1%eth0/64'],
  ['a zone id in a range', 'fe80::1%1-fe80::2%1'],
  ['a zone id on a mapped address', '::ffff:192.0.2.7%1'],
  ['two gaps', '2001::db8::1'],
  ['three colons', ':::1'],
  ['a colon in front', ':2001:db8::1'],
  ['nine groups', '1:2:3:4:5:6:7:8:9'],
  ['eight groups and a gap', '1:2:3:4::5:6:7:8'],
  ['seven groups', '1:2:3:4:5:6:7'],
  ['a group of five digits', '2001:0db80::1'],
  ['a group that is no number', '2001:dbg::1'],
  ['an octal octet in a mapped address', '::ffff:192.0.2.010'],
  ['a short mapped address', '::ffff:192.0.2'],
  ['a text of 10,000 characters', '1'.repeat(10_000)],
  ['nothing', undefined],
  ['null', null],
  ['a number', 3221225991],
  ['a list', ['192.0.2.7']],
  ['an object', { toString: () => '192.0.2.7' }],
]

describe('a malformed rule is refused', () => {
  it.each(malformed)('%s', (_, rule) => {
    expectRefusal(() => parseIpRule(rule), 'invalid_ip_rule', 'An IP rule must be ')
  })

  it.each(malformed)('by the store that is to keep it: %s', (_, rule) => {
    const allowedIps = ['192.0.2.1', rule as string]
    const create = () => memoryStore({ keys: [{ referenceId: 'id', tenantId: 'acme', allowedIps }] })
    expect(create).toThrow(expect.objectContaining({ name: 'RestApiKeyError' }))
  })

  it.each(malformed)(
    'and makes a stored record unusable, whatever rules stand beside it: %s',
    async (_, rule) => {
      const record = recordOf('id', { allowedIps: ['0.0.0.0/0', rule as string, '::/0'] })
      const authorizer = createAuthorizer({ store: answeringStore(async () => record) })
      const decision = await authorizer.authorize(requestWith('id'))
      expect(decision).toMatchObject({
        allowed: false,
        reason: 'store_unavailable',
        response: { status: 503 },
      })
      const cause = 'cause' in decision ? decision.cause : undefined
      expectError(cause, typeof rule === 'string' ? 'invalid_ip_rule' : 'invalid_record')
    },
  )
})

describe('the message about a malformed rule', () => {
  const expected =
    'An IP rule must be an address, a CIDR block ("10.0.0.0/8") or an ascending range of one family ("10.0.0.1-10.0.0.9"), not '
  const longest = '0000:0000:0000:0000:0000:ffff:255.255.255.'

  it.each([
    '192.0.2.7/33',
    '::/129',
    '::ffff:0:0/95',
    '192.0.2.*',
    '192.0.2.0/024',
    '10.0.0.2-10.0.0.1',
    '10.0.0.2-::1',
    '10.0.0.2 - 10.0.0.3',
    `${longest}255-${longest}254`,
  ])('says what a rule is and that this is none: %s', (rule) => {
    expectRefusal(() => parseIpRule(rule), 'invalid_ip_rule', `${expected}"${rule}"`)
  })

  it.each<[rule: unknown, shown: string]>([
    ['10.0.0.2-x', 'a string'],
    ['x-10.0.0.2', 'a string'],
    ['localhost', 'a string'],
    ['', 'an empty string'],
    [7, 'a number'],
    [undefined, 'undefined'],
    [['192.0.2.7'], 'an array'],
  ])('shows nothing of %j, which does not look like a rule', (rule, shown) => {
    expectRefusal(() => parseIpRule(rule), 'invalid_ip_rule', expected + shown)
  })

  it.each([
    ['a Reference ID', canary],
    ['a generated Reference ID', 'rak_0123456789abcdefABCDEF0123456789abcd'],
    ['a foreign Reference ID', '0123456789ABCDEF0123456789ABCDEF'],
    ['a digest', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['a number', '48151623'],
    ['an address and a Reference ID', '192.0.2.7,0123456789ABCDEF0123456789ABCDEF'],
    ['a block of a Reference ID', '0123456789ABCDEF0123456789ABCDEF/24'],
    ['a word behind an address', '192.0.2.7/secret'],
    ['a word in front of an address', 'secret 192.0.2.300'],
    ['a text longer than any rule', `${longest}255-${longest}254 `],
    ['a range of Reference IDs', '192.0.2.7-0123456789ABCDEF0123456789ABCDEF'],
  ])('does not repeat %s that came into the wrong column', (_, secret) => {
    let message = ''
    try {
      parseIpRule(secret)
    } catch (error) {
      if (isRestApiKeyError(error)) message = error.message
    }
    expect(message).toMatch(/, not a string$/)
  })
})

describe('a rule is read as its first and last address', () => {
  it.each<[rule: string, first: string, last: string]>([
    ['192.0.2.7', '192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.7'],
    ['::7', '::7', '::7'],
    ['192.0.2.7/24', '192.0.2.0', '192.0.2.255'],
    ['192.0.2.7/17', '192.0.0.0', '192.0.127.255'],
    ['192.0.2.7/16', '192.0.0.0', '192.0.255.255'],
    ['192.0.2.7/15', '192.0.0.0', '192.1.255.255'],
    ['255.255.255.255/0', '0.0.0.0', '255.255.255.255'],
    ['::ffff:192.0.2.7/120', '192.0.2.0', '192.0.2.255'],
    ['::ffff:192.0.2.7/96', '0.0.0.0', '255.255.255.255'],
    ['2001:db8::7/127', '2001:db8::6', '2001:db8::7'],
    ['d800:dc00:d800:dc00::/28', 'd800:dc00::', 'd800:dc0f:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['1::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['10.0.0.1-10.0.0.3', '10.0.0.1', '10.0.0.3'],
    ['::1-::3', '::1', '::3'],
  ])('%s', (rule, first, last) => {
    expect(parseIpRule(rule)).toEqual({ first: parseIpAddress(first), last: parseIpAddress(last) })
  })
})
