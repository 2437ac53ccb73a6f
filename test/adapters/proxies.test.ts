import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorizationFor, createAuthorizer, tenantFromSubdomain, trustedClientIp } from 'rest-api-key'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fares, type Observed, open, startAddressBench, storeOfAddresses } from '../support/address-bench.js'
import { type Api, type Framework, startApi } from '../support/http-api.js'
import { exchange } from '../support/http-client.js'
import { frameworks } from '../support/http-frameworks.js'
import { type Forwarding, startProxy } from '../support/http-proxy.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const peer = '127.0.0.1'
const a = '203.0.113.9'
const b = '203.0.113.10'
const spoofed = '198.51.100.66'
const six = '2001:db8::7'
const unknown = undefined

/** How an application trusts what is forwarded. */
type Rule =
  /** Nothing is believed: the client is whoever has connected. */
  | 'nobody'
  /** Everything is believed, so that nothing can be. */
  | 'everybody'
  /** Loopback addresses are proxies. */
  | 'loopback'
  /** There are exactly so many proxies. */
  | 'one proxy'
  | 'two proxies'

interface Row {
  readonly name: string
  /** The forwarding header, one text a line. */
  readonly lines: readonly string[]
  readonly expected: Readonly<Record<Rule, string | undefined>>
}

function row(
  name: string,
  lines: readonly string[],
  loopback: string | undefined,
  one: string | undefined,
  two: string | undefined,
): Row {
  return {
    name,
    lines,
    expected: { nobody: peer, everybody: unknown, loopback, 'one proxy': one, 'two proxies': two },
  }
}

/** Texts that are no address: what a proxy that does not know its client could have written. */
const noAddresses = [
  'unknown',
  '_hidden',
  'localhost',
  '-',
  '203.0.113.9:4711',
  '127.0.0.1:4711',
  '[2001:db8::7]',
  '[2001:db8::7]:4711',
  '[::1]',
  '0x7f.1',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '127.1',
  '2130706433',
  '0xcb007109',
  '0203.0.113.011',
  '203.0.113',
  '203.0.113.9.1',
  '203.0.113.256',
  '203.0.113.9/32',
  '203.0.113.9-203.0.113.10',
  '203.0.113.*',
  'fe80::1%eth0',
  '2001:db8:::7',
  '"203.0.113.9"',
  'for=203.0.113.9',
  `${a};${b}`,
  `${a} ${b}`,
  `${a}\u00a0`,
]

const rows: readonly Row[] = [
  //   what was forwarded              lines                                 loopback  one      two
  row('nothing', [], unknown, unknown, unknown),
  row('an empty line', [''], unknown, unknown, unknown),
  row('commas only', [', ,'], unknown, unknown, unknown),
  row('one address', [a], a, a, unknown),
  row('one address and blanks', [` \t${a} `], a, a, unknown),
  row('two addresses', [`${a}, ${b}`], b, b, a),
  row('two addresses without a blank', [`${a},${b}`], b, b, a),
  row('two addresses with a tab', [`${a},\t${b}`], b, b, a),
  row('two lines', [a, b], b, b, a),
  row('a spoofed address on the left', [`${spoofed}, ${a}, ${b}`], b, b, a),
  row('a spoofed line on the left', [spoofed, `${a}, ${b}`], b, b, a),
  row('a hundred spoofed ones', [`${spoofed},`.repeat(100) + a], a, a, spoofed),
  row('an empty line and then an address', ['', a], a, a, unknown),
  row('a proxy on the right', [`${a}, 127.0.0.1`], a, '127.0.0.1', a),
  row('a proxy of IPv6 on the right', [`${a}, ::1`], a, '::1', a),
  row('a mapped proxy on the right', [`${a}, ::ffff:127.0.0.1`], a, '::ffff:127.0.0.1', a),
  row('two proxies on the right', [`${a}, 127.0.0.2, 127.0.0.1`], a, '127.0.0.1', '127.0.0.2'),
  row('only a proxy', ['127.0.0.1'], unknown, '127.0.0.1', unknown),
  row('only proxies', ['127.0.0.1, 127.0.0.1'], unknown, '127.0.0.1', '127.0.0.1'),
  row('an address of IPv6', [six], six, six, unknown),
  row('a spoofed address and one of IPv6', [`${spoofed}, ${six}`], six, six, spoofed),
  row('a mapped address', [`::ffff:${a}`], `::ffff:${a}`, `::ffff:${a}`, unknown),
  row(
    'a mapped address in hexadecimal',
    ['::FFFF:CB00:7109'],
    '::FFFF:CB00:7109',
    '::FFFF:CB00:7109',
    unknown,
  ),
  row('an address and then nothing', [`${a},`], unknown, unknown, unknown),
  row('an address and then an empty line', [a, ''], unknown, unknown, unknown),
  row('no address', ['unknown'], unknown, unknown, unknown),
  ...noAddresses.map((text) => row(text, [`${spoofed}, ${text}`], unknown, unknown, unknown)),
]

const store = storeOfAddresses([
  ...[peer, a, b, spoofed, '::1', '127.0.0.2', six],
  ...[`::ffff:${peer}`, `::ffff:${a}`, '::FFFF:CB00:7109'],
])

interface Setting {
  readonly name: string
  readonly api: Pick<Api, 'trust' | 'ip'>
  readonly rule: Rule
  /** Whether no forwarded host is believed, whatever the rule is for addresses. */
  readonly ownHost?: boolean
  /** Default `X-Forwarded-For`. */
  readonly header?: string
  /** What comes out otherwise, by the name of the row. */
  readonly except?: Readonly<Record<string, string | undefined>>
}

/** A function for a list of proxies. */
const isLoopback = (address: string) =>
  ['127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1'].includes(address)
const failing = () => {
  throw new Error('no list of proxies')
}

const settingsOfExpress: readonly Setting[] = [
  { name: 'no trust proxy', api: {}, rule: 'nobody' },
  { name: 'false', api: { trust: false }, rule: 'nobody' },
  { name: '0', api: { trust: 0 }, rule: 'nobody' },
  { name: 'true', api: { trust: true }, rule: 'everybody' },
  { name: 'loopback', api: { trust: 'loopback' }, rule: 'loopback' },
  { name: 'a list', api: { trust: ['127.0.0.0/8', '::1'] }, rule: 'loopback' },
  { name: 'a list without the peer', api: { trust: '10.0.0.0/8, 203.0.113.0/24' }, rule: 'nobody' },
  { name: '1', api: { trust: 1 }, rule: 'one proxy' },
  { name: '2', api: { trust: 2 }, rule: 'two proxies' },
  { name: 'a function of the address', api: { trust: isLoopback }, rule: 'loopback' },
  {
    name: 'a function of the hop',
    api: { trust: (_: string, hop: number) => hop < 1 },
    rule: 'one proxy',
  },
  { name: 'a function that trusts everybody', api: { trust: () => true }, rule: 'everybody' },
  { name: 'a function that throws', api: { trust: failing }, rule: 'everybody' },
  { name: 'a function that trusts nobody', api: { trust: () => false }, rule: 'nobody' },
]

/** Koa strips more than blanks. */
const exceptOfKoa = { [`${a}\u00a0`]: a }

const settingsOfKoa: readonly Setting[] = [
  { name: 'no proxy', api: {}, rule: 'nobody' },
  { name: 'false', api: { trust: { proxy: false, maxIpsCount: 1 } }, rule: 'nobody' },
  { name: 'true', api: { trust: { proxy: true } }, rule: 'everybody' },
  { name: 'true and maxIpsCount 0', api: { trust: { proxy: true, maxIpsCount: 0 } }, rule: 'everybody' },
  { name: 'true and maxIpsCount -1', api: { trust: { proxy: true, maxIpsCount: -1 } }, rule: 'everybody' },
  {
    name: 'true and maxIpsCount 1',
    api: { trust: { proxy: true, maxIpsCount: 1 } },
    rule: 'one proxy',
    except: exceptOfKoa,
  },
  {
    name: 'true and maxIpsCount 2',
    api: { trust: { proxy: true, maxIpsCount: 2 } },
    rule: 'two proxies',
    // Koa takes off more than blanks.
    except: { [`${a}\u00a0`]: spoofed },
  },
  {
    name: 'true, maxIpsCount 1 and proxyIpHeader',
    api: { trust: { proxy: true, maxIpsCount: 1, proxyIpHeader: 'X-Client' } },
    header: 'X-Client',
    rule: 'one proxy',
    except: exceptOfKoa,
  },
]

const settingsOfFastify = (number: Pick<Setting, 'rule' | 'ownHost'>[]): readonly Setting[] => [
  { name: 'no trustProxy', api: {}, rule: 'nobody' },
  { name: 'false', api: { trust: false }, rule: 'nobody' },
  { name: '0', api: { trust: 0 }, rule: 'nobody' },
  { name: 'true', api: { trust: true }, rule: 'everybody' },
  { name: 'loopback', api: { trust: 'loopback' }, rule: 'loopback' },
  { name: 'a list', api: { trust: ['127.0.0.0/8', '::1'] }, rule: 'loopback' },
  { name: 'a list without the peer', api: { trust: '10.0.0.0/8, 203.0.113.0/24' }, rule: 'nobody' },
  ...number.map((facts, index) => ({ name: String(index + 1), api: { trust: index + 1 }, ...facts })),
  { name: 'a function of the address', api: { trust: isLoopback }, rule: 'loopback' },
  {
    name: 'a function of the hop',
    api: { trust: (_: string, hop: number) => hop < 1 },
    rule: 'one proxy',
  },
  { name: 'a function that trusts everybody', api: { trust: () => true }, rule: 'everybody' },
  { name: 'a function that throws', api: { trust: failing }, rule: 'everybody' },
]

const settingsOfCountingFastify = settingsOfFastify([{ rule: 'one proxy' }, { rule: 'two proxies' }])

const settingsOf: Readonly<Record<string, readonly Setting[]>> = {
  'Express 5': settingsOfExpress,
  'Express 4': settingsOfExpress,
  'Koa 3': settingsOfKoa,
  'Koa 2': settingsOfKoa,
  // It trusts nobody if it is given a number: the peer may be a proxy, and the address is unknown.
  'Fastify 5': settingsOfFastify([
    { rule: 'everybody', ownHost: true },
    { rule: 'everybody', ownHost: true },
  ]),
  'Fastify 4': settingsOfCountingFastify,
  Hono: [{ name: 'getConnInfo', api: {}, rule: 'nobody' }],
  'Nest on Express': settingsOfExpress,
  // It brings Fastify 5.11, which still counts.
  'Nest on Fastify': settingsOfCountingFastify,
  'node:http': [{ name: 'the peer', api: {}, rule: 'nobody' }],
  Fetch: [{ name: 'what the server says', api: {}, rule: 'nobody' }],
}

/** `trustedClientIp` in any framework. */
function settingsOfOurs(framework: Framework): readonly Setting[] {
  const ip = (...options: Parameters<typeof trustedClientIp>): Pick<Api, 'ip'> => {
    const clientIp = trustedClientIp(...options)
    return { ip: (request) => clientIp(framework.incoming(request)) }
  }
  return [
    { name: 'trustedClientIp of nobody', api: ip({ trust: [] }), rule: 'nobody' },
    { name: 'trustedClientIp of others', api: ip({ trust: ['10.0.0.0/8', 'uniquelocal'] }), rule: 'nobody' },
    { name: 'trustedClientIp of no proxy', api: ip({ trust: 0 }), rule: 'nobody' },
    { name: 'trustedClientIp of loopback', api: ip({ trust: ['loopback'] }), rule: 'loopback' },
    { name: 'trustedClientIp of one proxy', api: ip({ trust: 1 }), rule: 'one proxy' },
    { name: 'trustedClientIp of two proxies', api: ip({ trust: 2 }), rule: 'two proxies' },
    {
      name: 'trustedClientIp with another header',
      api: ip({ trust: ['loopback'], header: 'X-Client' }),
      header: 'X-Client',
      rule: 'loopback',
    },
    { name: 'an ip that throws', api: { ip: failing }, rule: 'everybody' },
  ]
}

/** Header lines that fill the request up. */
function fillers(count: number): string[] {
  return new Array<string>(count).fill('f:1')
}

for (const framework of frameworks) {
  const settings = [...(settingsOf[framework.name] ?? []), ...settingsOfOurs(framework)]
  const forwardedFor = ({ header = 'X-Forwarded-For' }: Setting) => `${header}: `

  describe(framework.name, () => {
    describe('judges what is forwarded', () => {
      it.each(settings.map((setting) => [setting.name, setting.rule, setting] as const))(
        '%s: %s',
        async (_, __, setting) => {
          const { api, observe } = await startAddressBench(framework, store, setting.api)
          const connection = await open(api.at)
          const expected: Record<string, Observed> = {}
          const observed: Record<string, Observed> = {}
          for (const { name, lines, expected: by } of rows) {
            const { except = {} } = setting
            const ip = name in except ? except[name] : by[setting.rule]
            const decoys = setting.header === undefined ? [] : [`X-Forwarded-For: ${spoofed}`]
            const sent = [
              ...decoys,
              `X-Real-Ip: ${spoofed}`,
              `Forwarded: for=${spoofed}`,
              `Client-Ip: ${spoofed}`,
            ]
            expected[name] = fares(ip)
            observed[name] = await observe(
              connection,
              [...sent, ...lines.map((line) => forwardedFor(setting) + line)],
              ip,
            )
          }
          expect(observed).toEqual(expected)
        },
      )
    })

    describe('does not know the address if header lines may be lost', () => {
      const cases: [
        what: string,
        maxHeadersCount: number | undefined,
        lines: (name: string) => readonly string[],
        isLost: boolean,
      ][] = [
        ['900 lines', undefined, (name) => [...fillers(900), name + a], false],
        ['1,100 lines', undefined, (name) => [...fillers(1_100), name + a], true],
        ['1,100 lines behind it', undefined, (name) => [name + a, ...fillers(1_100)], true],
        [
          'a spoofed line in front of them',
          undefined,
          (name) => [name + spoofed, ...fillers(1_100), name + a],
          true,
        ],
        ['the peer in front of them', undefined, (name) => [name + peer, ...fillers(1_100), name + a], true],
        ['10 lines of 20', 20, (name) => [...fillers(10), name + a], false],
        ['30 lines of 20', 20, (name) => [...fillers(30), name + a], true],
        ['60 lines of 20', 20, (name) => [name + spoofed, ...fillers(60), name + a], true],
        ['1,500 lines of 2,000', 2_000, (name) => [...fillers(1_500), name + a], false],
        ['1,500 lines without a limit', 0, (name) => [...fillers(1_500), name + a], false],
      ]

      it.each(settings.map((setting) => [setting.name, setting] as const))('%s', async (_, setting) => {
        const { api, observe } = await startAddressBench(framework, store, setting.api)
        const expected: Record<string, Observed> = {}
        const observed: Record<string, Observed> = {}
        const believed = { ...row('', [], a, a, unknown).expected }
        const lost = { ...row('', [], unknown, unknown, unknown).expected }
        for (const [what, maxHeadersCount, lines, isLost] of cases) {
          api.server.maxHeadersCount = maxHeadersCount ?? null
          const ip = (isLost ? lost : believed)[setting.rule]
          expected[what] = fares(ip)
          observed[what] = await observe(await open(api.at), lines(forwardedFor(setting)), ip)
        }
        expect(observed).toEqual(expected)
      })
    })

    const behindProxies: [
      what: string,
      forwarding: Forwarding,
      lines: readonly string[],
      ip: string | undefined,
    ][] = [
      ['that appends the client', (received) => [[...received, a].join(', ')], [], a],
      ['that appends to a spoofed address', (received) => [[...received, a].join(', ')], [spoofed], a],
      ['that appends to two spoofed lines', (received) => [[...received, a].join(', ')], [spoofed, peer], a],
      ['that appends a line to a spoofed one', (received) => [...received, a], [spoofed], a],
      ['that appends a line to the peer', (received) => [...received, a], [peer], a],
      ['that replaces', () => [a], [spoofed], a],
      ['that omits', () => [], [spoofed], unknown],
      ['that passes nothing on', (received) => received, [], unknown],
      ['that writes an empty line', () => [''], [spoofed], unknown],
      [
        'that appends nothing to a spoofed address',
        (received) => [[...received, ''].join(', ')],
        [spoofed],
        unknown,
      ],
      [
        'that does not know its client',
        (received) => [[...received, 'unknown'].join(', ')],
        [spoofed],
        unknown,
      ],
      ['that appends a port', (received) => [[...received, `${a}:4711`].join(', ')], [spoofed], unknown],
    ]
    const trusting = settings.filter(
      ({ rule, header }) => (rule === 'loopback' || rule === 'one proxy') && header === undefined,
    )

    describe('behind a proxy', () => {
      it.each(behindProxies)('%s', async (_, forwarding, lines, ip) => {
        for (const setting of trusting) {
          const { api, observe } = await startAddressBench(framework, store, setting.api)
          const proxy = await startProxy(api.at, forwarding)
          onTestFinished(() => proxy.close())
          const sent = lines.map((line) => `X-Forwarded-For: ${line}`)
          expect([setting.name, await observe(await open(proxy.at), sent, ip)]).toEqual([
            setting.name,
            fares(ip),
          ])
        }
      })

      it('whose line is lost behind 1,100 others', async () => {
        for (const setting of trusting) {
          const { api, observe } = await startAddressBench(framework, store, setting.api)
          const proxy = await startProxy(api.at, (received) => [...received, a])
          onTestFinished(() => proxy.close())
          for (const lines of [[], [`X-Forwarded-For: ${spoofed}`], [`X-Forwarded-For: ${peer}`]]) {
            const observed = await observe(await open(proxy.at), [...lines, ...fillers(1_100)], unknown)
            expect([setting.name, observed]).toEqual([setting.name, fares(unknown)])
          }
        }
      })

      it('behind another', async () => {
        for (const setting of settings.filter(({ rule }) => rule === 'loopback' || rule === 'two proxies')) {
          if (setting.header !== undefined) continue
          const { api, observe } = await startAddressBench(framework, store, setting.api)
          const inner = await startProxy(api.at, (received) => [[...received, peer].join(', ')])
          const outer = await startProxy(inner.at, (received) => [[...received, a].join(', ')])
          onTestFinished(async () => {
            await outer.close()
            await inner.close()
          })
          const sent = [`X-Forwarded-For: ${spoofed}`]
          expect([setting.name, await observe(await open(outer.at), sent, a)]).toEqual([
            setting.name,
            fares(a),
          ])
        }
      })

      it('that is not trusted, as everybody behind it', async () => {
        for (const setting of settings.filter(({ rule }) => rule === 'nobody')) {
          const { api, observe } = await startAddressBench(framework, store, setting.api)
          const proxy = await startProxy(api.at, (received) => [[...received, a].join(', ')])
          onTestFinished(() => proxy.close())
          expect([setting.name, await observe(await open(proxy.at), [], peer)]).toEqual([
            setting.name,
            fares(peer),
          ])
        }
      })
    })

    it('takes a mapped peer for what it is', async () => {
      for (const setting of settings) {
        const { api, observe } = await startAddressBench(framework, store, setting.api, {
          host: '::ffff:127.0.0.1',
        })
        const { rule, name } = setting
        const ip = rule === 'nobody' ? `::ffff:${peer}` : row('', [], a, a, unknown).expected[rule]
        const observed = await observe(await open(api.at), [forwardedFor(setting) + a], ip)
        expect([name, observed]).toEqual([name, fares(ip)])
      }
    })

    it('knows no address of a Unix socket, but what one proxy behind it forwards', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rest-api-key-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      for (const [index, setting] of settings.entries()) {
        const path = join(folder, String(index))
        const { observe } = await startAddressBench(framework, store, setting.api, { path })
        const ip = setting.rule === 'one proxy' ? a : unknown
        const observed = await observe(await open(path), [forwardedFor(setting) + a], ip)
        expect([setting.name, observed]).toEqual([setting.name, fares(ip)])
      }
    })

    describe('believes a forwarded host only from a proxy that it trusts', () => {
      const hosts: [what: string, lines: readonly string[], trusted: number, untrusted: number][] = [
        ['none', [], 401, 401],
        ['its own', ['acme.api.example.com'], 200, 401],
        ['its own with a port', ['acme.api.example.com:8443'], 200, 401],
        ['another', ['initech.api.example.com'], 401, 401],
        ['two in a line', ['acme.api.example.com, globex.api.example.com'], 401, 401],
        ['two in a line, its own last', ['globex.api.example.com, acme.api.example.com'], 401, 401],
        ['two lines', ['acme.api.example.com', 'globex.api.example.com'], 401, 401],
        ['its own twice', ['acme.api.example.com', 'acme.api.example.com'], 401, 401],
        ['an odd one', ['acme.api.example.com@globex.api.example.com'], 401, 401],
      ]
      const withHost = settings.filter(({ api }) => api.ip === undefined && api.trust !== failing)
      it.each(withHost.map((setting) => [setting.name, setting] as const))('%s', async (_, setting) => {
        const authorizer = createAuthorizer({ store })
        const tenant = tenantFromSubdomain('api.example.com')
        const api = await startApi(framework, { authorizer, tenant, ...setting.api })
        onTestFinished(() => api.close())
        for (const [what, lines, trusted, untrusted] of hosts) {
          const { status } = await exchange(api.at, {
            lines: [
              'Host: globex.api.example.com',
              `Authorization: ${authorizationFor('FREE')}`,
              ...lines.map((line) => `X-Forwarded-Host: ${line}`),
            ],
          })
          const isOwn = setting.rule === 'nobody' || setting.ownHost === true
          expect([what, status]).toEqual([what, isOwn ? untrusted : trusted])
        }
      })
    })
  })
}
