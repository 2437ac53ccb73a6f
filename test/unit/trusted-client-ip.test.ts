import { type ForwardedRequest, type TrustedClientIpOptions, trustedClientIp } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

/** A request from this peer with these `X-Forwarded-For` lines, as Node.js and as Fetch have it. */
function requests(remoteAddress: string | undefined, lines: readonly string[], name = 'X-Forwarded-For') {
  const rawHeaders = ['Host', 'api.example.com', ...lines.flatMap((line) => [name, line])]
  const headers = new Headers()
  for (const line of lines) headers.append(name, line)
  return {
    node: { rawHeaders, socket: { remoteAddress } } as ForwardedRequest,
    fetch: { remoteAddress, headers } as ForwardedRequest,
  }
}

type Row = readonly [
  title: string,
  peer: string | undefined,
  lines: readonly string[],
  address: string | undefined,
]

function itFinds(
  trust: readonly string[] | number,
  rows: readonly Row[],
  options: Omit<TrustedClientIpOptions, 'trust' | 'header'> = {},
): void {
  const clientIp = trustedClientIp({ trust, ...options })
  it.each(rows)('%s', (_, peer, lines, address) => {
    const { node, fetch } = requests(peer, lines)
    expect(clientIp(node)).toBe(address)
    expect(clientIp(fetch)).toBe(address)
  })
}

describe('trusting nobody', () => {
  itFinds(
    [],
    [
      ['takes the peer', '192.0.2.7', [], '192.0.2.7'],
      ['takes the peer whatever it forwards', '192.0.2.7', ['10.0.0.1'], '192.0.2.7'],
      ['takes an IPv6 peer', '2001:db8::1', [], '2001:db8::1'],
      ['takes a mapped peer as it is', '::ffff:192.0.2.7', [], '::ffff:192.0.2.7'],
      ['does not know a peer without an address', undefined, ['192.0.2.7'], undefined],
      ['does not know a peer with a zone id', 'fe80::1%eth0', ['192.0.2.7'], undefined],
    ],
  )
})

describe('trusting a list of proxies', () => {
  itFinds(
    ['loopback', '10.0.0.0/8', '2001:db8::1-2001:db8::f'],
    [
      ['takes an untrusted peer and nothing that it says', '192.0.2.7', ['203.0.113.9'], '192.0.2.7'],
      ['takes what a trusted peer says', '127.0.0.1', ['192.0.2.7'], '192.0.2.7'],
      ['knows a mapped peer', '::ffff:127.0.0.1', ['192.0.2.7'], '192.0.2.7'],
      ['knows a peer in a range', '2001:db8::a', ['192.0.2.7'], '192.0.2.7'],
      ['does not know a peer outside the range', '2001:db8::10', ['192.0.2.7'], '2001:db8::10'],
      ['takes the nearest that is not trusted', '127.0.0.1', ['203.0.113.9, 192.0.2.7'], '192.0.2.7'],
      ['skips trusted hops from the right', '127.0.0.1', ['192.0.2.7, 10.1.1.1, 10.2.2.2'], '192.0.2.7'],
      ['takes what a client in a trusted network says', '127.0.0.1', ['192.0.2.7, 10.0.0.5'], '192.0.2.7'],
      ['stops at the first untrusted hop', '127.0.0.1', ['10.0.0.9, 192.0.2.7, 10.2.2.2'], '192.0.2.7'],
      ['reads lines in order', '127.0.0.1', ['203.0.113.9', '192.0.2.7'], '192.0.2.7'],
      ['reads lines and lists in order', '127.0.0.1', ['203.0.113.9, 192.0.2.7', '10.1.1.1'], '192.0.2.7'],
      ['strips spaces and tabs', '127.0.0.1', [' 203.0.113.9 ,\t192.0.2.7 '], '192.0.2.7'],
      ['takes an IPv6 hop', '127.0.0.1', ['2001:db8:1::7'], '2001:db8:1::7'],
      ['takes a mapped hop as it is', '127.0.0.1', ['::ffff:192.0.2.7'], '::ffff:192.0.2.7'],
      ['skips a mapped trusted hop', '127.0.0.1', ['192.0.2.7, ::ffff:10.0.0.1'], '192.0.2.7'],
      ['knows nobody if the proxy forwards nothing', '127.0.0.1', [], undefined],
      ['knows nobody if it forwards an empty line', '127.0.0.1', [''], undefined],
      ['knows nobody if every hop is trusted', '127.0.0.1', ['10.0.0.1, 10.0.0.2'], undefined],
      ['knows nobody behind an empty last hop', '127.0.0.1', ['192.0.2.7,'], undefined],
      ['knows nobody behind an empty hop', '127.0.0.1', ['192.0.2.7,,10.0.0.1'], undefined],
      ['knows nobody behind an empty last line', '127.0.0.1', ['192.0.2.7', ''], undefined],
      ['knows nobody behind a hop called unknown', '127.0.0.1', ['192.0.2.7, unknown'], undefined],
      ['knows nobody behind an obfuscated hop', '127.0.0.1', ['192.0.2.7, _hidden, 10.0.0.1'], undefined],
      ['knows nobody behind a hop with a port', '127.0.0.1', ['192.0.2.7:4711'], undefined],
      ['knows nobody behind a hop in brackets', '127.0.0.1', ['[2001:db8:1::7]'], undefined],
      ['knows nobody behind a hop with a zone id', '127.0.0.1', ['fe80::1%eth0'], undefined],
      ['knows nobody behind an octal hop', '127.0.0.1', ['0177.0.0.1'], undefined],
      ['knows nobody behind a hexadecimal hop', '127.0.0.1', ['0x7f.1'], undefined],
      ['knows nobody behind a short hop', '127.0.0.1', ['127.1'], undefined],
      ['knows nobody behind NBSP', '127.0.0.1', ['192.0.2.7\u00a0'], undefined],
      ['knows nobody behind quotes', '127.0.0.1', ['"192.0.2.7"'], undefined],
      ['knows nobody behind semicolons', '127.0.0.1', ['192.0.2.7; 10.0.0.1'], undefined],
      ['knows nobody behind a peer without an address', undefined, ['192.0.2.7'], undefined],
    ],
  )
})

describe.each([
  ['loopback', ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', '10.0.0.1']],
  ['linklocal', ['169.254.0.1', 'fe80::1', 'febf::1'], ['169.253.0.1', 'fec0::1']],
  [
    'uniquelocal',
    ['10.0.0.1', '172.31.0.1', '192.168.0.1', 'fc00::1', 'fdff::1'],
    ['172.15.0.1', '172.32.0.1', 'fe00::1', '192.169.0.1'],
  ],
])('the name %s', (name, trusted, untrusted) => {
  const clientIp = trustedClientIp({ trust: [name] })
  it.each(trusted)('trusts %s', (peer) => {
    expect(clientIp(requests(peer, ['192.0.2.7']).node)).toBe('192.0.2.7')
  })
  it.each(untrusted)('does not trust %s', (peer) => {
    expect(clientIp(requests(peer, ['192.0.2.7']).node)).toBe(peer)
  })
})

describe('trusting a number of proxies: 0', () => {
  itFinds(0, [
    ['takes the peer', '192.0.2.7', [], '192.0.2.7'],
    ['takes the peer whatever it forwards', '192.0.2.7', ['203.0.113.9'], '192.0.2.7'],
  ])
})

describe('trusting a number of proxies: 1', () => {
  itFinds(1, [
    ['takes the last hop', '192.0.2.1', ['203.0.113.9, 192.0.2.7'], '192.0.2.7'],
    ['takes the last hop of a peer on a Unix socket', undefined, ['192.0.2.7'], '192.0.2.7'],
    ['knows nobody if the proxy forwards nothing', '192.0.2.1', [], undefined],
    ['knows nobody behind an invalid hop', '192.0.2.1', ['192.0.2.7, unknown'], undefined],
  ])
})

describe('trusting a number of proxies: 2', () => {
  itFinds(2, [
    ['takes the last but one', '192.0.2.1', ['203.0.113.9, 192.0.2.7, 198.51.100.1'], '192.0.2.7'],
    ['knows nobody if too few are forwarded', '192.0.2.1', ['192.0.2.7'], undefined],
    ['knows nobody if nothing is forwarded', '192.0.2.1', [], undefined],
    [
      'knows nobody behind an invalid hop that it would trust',
      '192.0.2.1',
      ['192.0.2.7, unknown'],
      undefined,
    ],
    ['knows nobody behind an empty hop that it would trust', '192.0.2.1', ['192.0.2.7,'], undefined],
  ])
})

describe('a request that may have lost header lines', () => {
  const clientIp = trustedClientIp({ trust: ['loopback'] })
  const filler = Array.from({ length: 1_000 }, () => ['X', 'y']).flat()
  const request = (remoteAddress: string, rawHeaders: string[]) =>
    ({ rawHeaders, socket: { remoteAddress } }) as ForwardedRequest

  it.each<[title: string, peer: string, rawHeaders: string[], address: string | undefined]>([
    ['has no known address behind a proxy', '127.0.0.1', filler, undefined],
    ['has none, even if one is there', '127.0.0.1', ['X-Forwarded-For', '192.0.2.7', ...filler], undefined],
    ['has its own address without a proxy', '192.0.2.7', filler, '192.0.2.7'],
  ])('%s', (_, peer, rawHeaders, address) => {
    expect(clientIp(request(peer, rawHeaders))).toBe(address)
  })
})

describe('another header', () => {
  const clientIp = trustedClientIp({ trust: 1, header: 'X-Real-IP' })
  it('is read in place of X-Forwarded-For', () => {
    expect(clientIp(requests('10.0.0.1', ['192.0.2.7'], 'x-real-ip').node)).toBe('192.0.2.7')
    expect(clientIp(requests('10.0.0.1', ['192.0.2.7'], 'x-real-ip').fetch)).toBe('192.0.2.7')
    expect(clientIp(requests('10.0.0.1', ['192.0.2.7']).node)).toBeUndefined()
  })
})

describe('a header of one address', () => {
  itFinds(
    ['loopback', '10.0.0.0/8'],
    [
      ['is believed of a trusted peer', '127.0.0.1', ['192.0.2.7'], '192.0.2.7'],
      ['is not believed of another', '192.0.2.1', ['203.0.113.9'], '192.0.2.1'],
      ['may hold the address of a trusted network', '127.0.0.1', ['10.0.0.5'], '10.0.0.5'],
      ['may hold the address of the peer', '127.0.0.1', ['127.0.0.1'], '127.0.0.1'],
      ['may hold one of IPv6', '127.0.0.1', ['2001:db8::7'], '2001:db8::7'],
      ['may hold a mapped one', '127.0.0.1', ['::ffff:192.0.2.7'], '::ffff:192.0.2.7'],
      ['is stripped of blanks', '127.0.0.1', [' 192.0.2.7\t'], '192.0.2.7'],
      ['names nobody if it is missing', '127.0.0.1', [], undefined],
      ['names nobody if it is empty', '127.0.0.1', [''], undefined],
      ['names nobody if it is a list', '127.0.0.1', ['203.0.113.9, 192.0.2.7'], undefined],
      ['names nobody if it is a list of equals', '127.0.0.1', ['192.0.2.7, 192.0.2.7'], undefined],
      ['names nobody if there are two lines', '127.0.0.1', ['203.0.113.9', '192.0.2.7'], undefined],
      ['names nobody if one of two lines is empty', '127.0.0.1', ['', '192.0.2.7'], undefined],
      ['names nobody behind a comma', '127.0.0.1', ['192.0.2.7,'], undefined],
      ['names nobody if it is no address', '127.0.0.1', ['unknown'], undefined],
      ['names nobody if there is a port', '127.0.0.1', ['192.0.2.7:4711'], undefined],
      ['names nobody if there is a zone id', '127.0.0.1', ['fe80::1%eth0'], undefined],
      ['names nobody if the peer has no address', undefined, ['192.0.2.7'], undefined],
    ],
    { single: true },
  )
})

describe('a header of one address behind a number of proxies', () => {
  const rows: readonly Row[] = [
    ['is believed', '192.0.2.1', ['192.0.2.7'], '192.0.2.7'],
    ['is believed of a peer without an address', undefined, ['192.0.2.7'], '192.0.2.7'],
    ['names nobody if it is a list', '192.0.2.1', ['203.0.113.9, 192.0.2.7'], undefined],
    ['names nobody if it is missing', '192.0.2.1', [], undefined],
  ]
  itFinds(1, rows, { single: true })
  itFinds(2, rows, { single: true })
  itFinds(0, [['is not believed if there is none', '192.0.2.1', ['192.0.2.7'], '192.0.2.1']], {
    single: true,
  })
})

describe('hops with ports', () => {
  itFinds(
    ['127.0.0.1', '10.0.0.0/8', '2001:db8:ffff::/48'],
    [
      ['lose them', '127.0.0.1', ['192.0.2.7:4711'], '192.0.2.7'],
      ['lose them and brackets', '127.0.0.1', ['[2001:db8::7]:4711'], '2001:db8::7'],
      ['may be mapped', '127.0.0.1', ['[::ffff:192.0.2.7]:4711'], '::ffff:192.0.2.7'],
      ['stand to the right of spoofed ones', '127.0.0.1', ['203.0.113.9:1, 192.0.2.7:4711'], '192.0.2.7'],
      ['stand to the right of garbage', '127.0.0.1', ['unknown, [, 192.0.2.7:4711'], '192.0.2.7'],
      ['of trusted proxies are skipped', '127.0.0.1', ['192.0.2.7, 10.0.0.1:80'], '192.0.2.7'],
      ['of trusted IPv6 ones too', '127.0.0.1', ['192.0.2.7:1, [2001:db8:ffff::1]:80'], '192.0.2.7'],
      ['need none for IPv4', '127.0.0.1', ['192.0.2.7'], '192.0.2.7'],
      ['need one for IPv6', '127.0.0.1', ['2001:db8::7'], undefined],
      ['need brackets for IPv6', '127.0.0.1', ['2001:db8::7:4711'], undefined],
      ['need one behind brackets', '127.0.0.1', ['[2001:db8::7]'], undefined],
      ['have no brackets for IPv4', '127.0.0.1', ['[192.0.2.7]:4711'], undefined],
      ['have no empty one', '127.0.0.1', ['192.0.2.7:'], undefined],
      ['have no empty one behind brackets', '127.0.0.1', ['[2001:db8::7]:'], undefined],
      ['have no text for one', '127.0.0.1', ['192.0.2.7:http'], undefined],
      ['have no signed one', '127.0.0.1', ['192.0.2.7:-1'], undefined],
      ['have no blank before one', '127.0.0.1', ['192.0.2.7 :4711'], undefined],
      ['have no long one', '127.0.0.1', ['192.0.2.7:004711'], undefined],
      ['have nothing before the address', '127.0.0.1', ['for=192.0.2.7:4711'], undefined],
      ['have nothing before the bracket', '127.0.0.1', ['::[2001:db8::7]:4711'], undefined],
      ['have nothing behind the port', '127.0.0.1', ['192.0.2.7:4711;'], undefined],
      ['have no two', '127.0.0.1', ['192.0.2.7:4711:4711'], undefined],
      ['have no zone id', '127.0.0.1', ['[fe80::1%eth0]:4711'], undefined],
      ['have no open bracket', '127.0.0.1', ['[2001:db8::7:4711'], undefined],
      ['have an address', '127.0.0.1', [':4711'], undefined],
      ['have an address in brackets', '127.0.0.1', ['[]:4711'], undefined],
      ['have a whole address', '127.0.0.1', ['192.0.2:4711'], undefined],
      ['have no octal address', '127.0.0.1', ['0300.0.2.7:4711'], undefined],
      ['are of a trusted peer only', '192.0.2.1', ['203.0.113.9:4711'], '192.0.2.1'],
    ],
    { ports: true },
  )

  it('are read in time, however long they are', () => {
    const clientIp = trustedClientIp({ trust: 1, ports: true })
    const long = `[${'::1'.repeat(20_000)}`
    const begin = performance.now()
    expect(clientIp(requests('10.0.0.1', [long, '1'.repeat(60_000)]).node)).toBeUndefined()
    expect(performance.now() - begin).toBeLessThan(1_000)
  })
})

describe('a header of one address with a port', () => {
  itFinds(
    ['127.0.0.1'],
    [
      ['loses it', '127.0.0.1', ['192.0.2.7:4711'], '192.0.2.7'],
      ['loses it and brackets', '127.0.0.1', ['[2001:db8::7]:4711'], '2001:db8::7'],
      ['names nobody if it is a list', '127.0.0.1', ['203.0.113.9:1, 192.0.2.7:4711'], undefined],
    ],
    { single: true, ports: true },
  )
})

describe('options', () => {
  it.each<[title: string, options: unknown, option: string, expected: string]>([
    ['no options', undefined, '"trustedClientIp options"', 'an object'],
    ['no trust', {}, '"trust"', 'a number of proxies'],
    ['trust in everybody', { trust: true }, '"trust"', 'a list of addresses'],
    ['trust in a text', { trust: 'loopback' }, '"trust"', 'a list of addresses'],
    ['a negative number', { trust: -1 }, '"trust"', 'a number of proxies'],
    ['a fraction', { trust: 1.5 }, '"trust"', 'a number of proxies'],
    ['an infinite number', { trust: Number.POSITIVE_INFINITY }, '"trust"', 'a number of proxies'],
    ['a function', { trust: () => true }, '"trust"', 'a list of addresses'],
    ['a header that is none', { trust: 1, header: `x ${canary}` }, '"header"', 'a header'],
    ['null for a header', { trust: 1, header: null }, '"header"', 'a header'],
    ['a text for single', { trust: 1, single: 'false' }, '"single"', 'true or false'],
    ['null for single', { trust: 1, single: null }, '"single"', 'true or false'],
    ['a number for ports', { trust: 1, ports: 1 }, '"ports"', 'true or false'],
  ])('with %s are refused', (_, options, option, expected) => {
    expectRefusal(() => trustedClientIp(options as never), 'invalid_option', option, expected)
  })

  it.each(['localhost', 'private', 'LOOPBACK', '10.0.0', '10.0.0.0/33', '*', '', 'toString', '__proto__', 7])(
    'that trust %j are refused',
    (rule) => {
      expectRefusal(
        () => trustedClientIp({ trust: [rule as string] }),
        'invalid_ip_rule',
        'An IP rule must be ',
      )
    },
  )

  it('with a mistyped name are refused', () => {
    const create = () => trustedClientIp({ trust: 1, headers: canary } as never)
    expectRefusal(
      create,
      'unknown_option',
      '"headers"',
      'trustedClientIp',
      '"trust", "header", "single", "ports"',
    )
  })

  it('are copied', () => {
    const trust = ['loopback']
    const clientIp = trustedClientIp({ trust })
    trust[0] = '0.0.0.0/0'
    expect(clientIp(requests('192.0.2.7', ['203.0.113.9']).node)).toBe('192.0.2.7')
  })
})
