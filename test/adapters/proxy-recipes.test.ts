import { type ForwardedRequest, trustedClientIp } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { behindAlb, behindAlbWithPorts } from '../../examples/proxies/aws-alb.js'
import { behindCloudflare, behindCloudflareAndProxy } from '../../examples/proxies/cloudflare.js'
import { behindFly } from '../../examples/proxies/fly.js'
import { behindNginx, behindNginxRealIp } from '../../examples/proxies/nginx.js'
import { behindVercel } from '../../examples/proxies/vercel.js'
import {
  type AddressBench,
  fares,
  type Observed,
  open,
  startAddressBench,
  storeOfAddresses,
} from '../support/address-bench.js'
import {
  adds,
  appends,
  both,
  type Edge,
  type Line,
  overwrites,
  preserves,
  removes,
  withPort,
} from '../support/edges.js'
import { forwardedRequestOf } from '../support/forwarded-request.js'
import type { Api, Framework } from '../support/http-api.js'
import { frameworks } from '../support/http-frameworks.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

/** Whoever connects: the edge, or somebody who has found a way around it. */
const peer = '127.0.0.1'
const elsewhere = '192.0.2.1'
const client = '203.0.113.9'
const six = '2001:db8::7'
const spoofed = '198.51.100.66'
const pseudo = '240.1.2.3'
const edgeOfCloudflare = '198.51.100.17'
const unknown = undefined

const store = storeOfAddresses([peer, client, `::ffff:${client}`, six, spoofed, pseudo, edgeOfCloudflare])

const xff = 'X-Forwarded-For'
const allHeaders = [
  ...[xff, 'X-Real-IP', 'Forwarded', 'X-Client-IP', 'True-Client-IP', 'X-Cluster-Client-IP'],
  ...['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Pseudo-IPv4', 'Fly-Client-IP', 'X-Vercel-Forwarded-For'],
]

type ClientIp = (request: ForwardedRequest) => string | undefined

/** How a provider forwards addresses, and what the application makes of it. */
interface Convention {
  readonly name: string
  readonly header: string
  readonly edge: Edge
  /** The header is a list, to which the edge appends. */
  readonly isList: boolean
  /** The edge writes the client's port, too. */
  readonly hasPorts?: boolean
  /** Over the addresses of the edge. */
  readonly recipe: (edges: readonly string[]) => ClientIp
  /** It does not look at who connects, so that nobody else may be able to. */
  readonly isUnavoidable?: boolean
}

const list = { header: xff, edge: appends(xff), isList: true }
const alb: Convention = { name: 'AWS ALB, append', ...list, recipe: behindAlb }

const conventions: readonly Convention[] = [
  { name: 'nginx, list', ...list, recipe: behindNginx },
  {
    name: 'nginx, X-Real-IP',
    header: 'X-Real-IP',
    edge: overwrites('X-Real-IP'),
    isList: false,
    recipe: behindNginxRealIp,
  },
  alb,
  { name: 'AWS ALB, append with ports', ...list, hasPorts: true, recipe: behindAlbWithPorts },
  {
    name: 'Cloudflare',
    header: 'CF-Connecting-IP',
    edge: both(overwrites('CF-Connecting-IP'), appends(xff)),
    isList: false,
    recipe: behindCloudflare,
  },
  {
    name: 'Fly',
    header: 'Fly-Client-IP',
    edge: both(overwrites('Fly-Client-IP'), appends(xff), (sent) => appends(xff)(sent, '198.51.100.80')),
    isList: false,
    recipe: behindFly,
    isUnavoidable: true,
  },
  {
    name: 'Vercel',
    header: 'X-Vercel-Forwarded-For',
    edge: overwrites('X-Vercel-Forwarded-For', 'X-Real-IP', xff),
    isList: false,
    recipe: behindVercel,
    isUnavoidable: true,
  },
]

interface Situation {
  readonly name: string
  /** What the client sent to the edge. */
  readonly sent: readonly Line[]
  /** Whom the edge sees, as it writes it. */
  readonly client: string
  readonly expected: string | undefined
}

function situationsOf(header: string): readonly Situation[] {
  const spoofing = (...values: readonly string[]): Line[] => values.map((value) => [header, value])
  return [
    { name: 'a client', sent: [], client, expected: client },
    { name: 'a client that names another', sent: spoofing(spoofed), client, expected: client },
    { name: 'in lower case', sent: [[header.toLowerCase(), spoofed]], client, expected: client },
    { name: 'in two lines', sent: spoofing(spoofed, spoofed), client, expected: client },
    { name: 'in a list', sent: spoofing(`${spoofed}, ${spoofed}`), client, expected: client },
    { name: 'with a port', sent: spoofing(`${spoofed}:1`), client, expected: client },
    { name: 'and the edge', sent: spoofing(`${spoofed}, ${peer}`), client, expected: client },
    { name: 'a client that sends garbage', sent: spoofing(', ;[]:', 'unknown'), client, expected: client },
    { name: 'nothing', sent: spoofing(''), client, expected: client },
    { name: 'every header', sent: allHeaders.map((name) => [name, spoofed]), client, expected: client },
    { name: 'a client of IPv6', sent: [], client: six, expected: six },
    { name: 'that names another', sent: spoofing(spoofed), client: six, expected: six },
    { name: 'a mapped client', sent: [], client: `::ffff:${client}`, expected: `::ffff:${client}` },
    { name: 'a client with a zone id', sent: spoofing(spoofed), client: 'fe80::1%eth0', expected: unknown },
    { name: 'a client that is not known', sent: spoofing(spoofed), client: 'unknown', expected: unknown },
    { name: 'a client without an address', sent: spoofing(spoofed), client: '', expected: unknown },
    { name: 'an obfuscated client', sent: spoofing(spoofed), client: '_hidden', expected: unknown },
    { name: 'a client in octal', sent: spoofing(spoofed), client: '0313.0.0161.011', expected: unknown },
  ]
}

async function observe(
  { api, observe }: AddressBench,
  lines: readonly Line[],
  expected: string | undefined,
): Promise<Observed> {
  return observe(
    await open(api.at),
    lines.map(([name, value]) => `${name}: ${value}`),
    expected,
  )
}

/** An API that takes the client's address from a recipe. */
function startBehind(framework: Framework, clientIp: ClientIp): Promise<AddressBench> {
  return startAddressBench(framework, store, {
    ip: (request) => clientIp(forwardedRequestOf(framework, request)),
  })
}

/** Sends each of the situations through the edge. */
async function expectThrough(
  bench: AddressBench,
  edge: Edge,
  situations: readonly Situation[],
): Promise<void> {
  const expected: Record<string, Observed> = {}
  const observed: Record<string, Observed> = {}
  for (const [index, situation] of situations.entries()) {
    const name = `${index} ${situation.name}`
    expected[name] = fares(situation.expected)
    observed[name] = await observe(bench, edge(situation.sent, situation.client), situation.expected)
  }
  expect(observed).toEqual(expected)
}

const isKoa = ({ name }: Framework) => name.startsWith('Koa')

/** The edge as it writes clients. */
function writing({ hasPorts }: Convention, edge: Edge): Edge {
  return hasPorts ? withPort(edge, 4711) : edge
}

/** The framework's own settings for a convention, where it has some that fit. */
function ownSettings(
  framework: Framework,
  { isList, hasPorts, header }: Convention,
  edges: readonly string[],
): Pick<Api, 'trust'> | undefined {
  if (hasPorts) return undefined
  if (isKoa(framework)) {
    const one = { proxy: true, maxIpsCount: 1 }
    return { trust: header === xff ? one : { ...one, proxyIpHeader: header } }
  }
  return /^(?:Express|Fastify)/.test(framework.name) && isList ? { trust: edges } : undefined
}

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_, framework) => {
  describe.each(conventions.map((one) => [one.name, one] as const))('behind %s', (_, convention) => {
    const { header, edge, isList, recipe, isUnavoidable = false } = convention

    it('takes the address that the edge saw, whatever the client says', async () => {
      const bench = await startBehind(framework, recipe([peer]))
      await expectThrough(bench, writing(convention, edge), situationsOf(header))
    })

    it('knows no address if the edge forwards none', async () => {
      const bench = await startBehind(framework, recipe([peer]))
      const sent = allHeaders.filter((name) => name !== header).map((name) => [name, spoofed] as const)
      expect(await observe(bench, sent, unknown)).toEqual(fares(unknown))
      expect(await observe(bench, [...sent, [header, '']], unknown)).toEqual(fares(unknown))
    })

    it('takes no line of the client that the edge leaves before its own', async () => {
      const bench = await startBehind(framework, recipe([peer]))
      const lines = writing(convention, adds(header))([[header, spoofed]], client)
      const expected = isList ? client : unknown
      expect(await observe(bench, lines, expected)).toEqual(fares(expected))
    })

    it(`${isUnavoidable ? 'believes' : 'believes nothing of'} a request that went around the edge`, async () => {
      const bench = await startBehind(framework, recipe([elsewhere]))
      const [told, untold] = isUnavoidable ? [spoofed, unknown] : [peer, peer]
      expect(await observe(bench, [[header, spoofed]], told)).toEqual(fares(told))
      expect(await observe(bench, [], untold)).toEqual(fares(untold))
    })
  })

  const withOwn = conventions.filter((one) => ownSettings(framework, one, []))
  describe.each(withOwn.map((one) => [one.name, one] as const))(
    'behind %s, by its own settings',
    (_, convention) => {
      it('takes the address that the edge saw, whatever the client says', async () => {
        const api = ownSettings(framework, convention, [peer]) as Pick<Api, 'trust'>
        const bench = await startAddressBench(framework, store, api)
        await expectThrough(bench, convention.edge, situationsOf(convention.header))
      })

      it(`${isKoa(framework) ? 'believes' : 'believes nothing of'} a request that went around the edge`, async () => {
        const api = ownSettings(framework, convention, [elsewhere]) as Pick<Api, 'trust'>
        const bench = await startAddressBench(framework, store, api)
        const [told, untold] = isKoa(framework) ? [spoofed, unknown] : [peer, peer]
        expect(await observe(bench, [[convention.header, spoofed]], told)).toEqual(fares(told))
        expect(await observe(bench, [], untold)).toEqual(fares(untold))
      })
    },
  )

  describe('behind AWS ALB', () => {
    it('with ports, knows no address without being told of them', async () => {
      const lines = withPort(appends(xff), 4711)([[xff, spoofed]], client)
      expect(await observe(await startBehind(framework, behindAlb([peer])), lines, unknown)).toEqual(
        fares(unknown),
      )
      const own = ownSettings(framework, alb, [peer])
      if (own !== undefined) {
        const bench = await startAddressBench(framework, store, own)
        expect(await observe(bench, lines, unknown)).toEqual(fares(unknown))
      }
    })

    it('with ports, knows no address of IPv6 without brackets', async () => {
      const bench = await startBehind(framework, behindAlbWithPorts([peer]))
      expect(await observe(bench, [[xff, `${six}:4711`]], unknown)).toEqual(fares(unknown))
    })

    it('in the mode remove, knows no address', async () => {
      const lines = removes(xff)([[xff, spoofed]], client)
      const bench = await startBehind(framework, behindAlb([peer]))
      expect(await observe(bench, lines, unknown)).toEqual(fares(unknown))
    })

    it('in the mode preserve, would take what the client says: it is not to be used', async () => {
      const lines = preserves([[xff, spoofed]], client)
      const bench = await startBehind(framework, behindAlb([peer]))
      expect(await observe(bench, lines, spoofed)).toEqual(fares(spoofed))
    })
  })

  describe('behind Cloudflare', () => {
    it('takes a pseudo IPv4 address for the client, and no header beside it', async () => {
      const bench = await startBehind(framework, behindCloudflare([peer]))
      for (const beside of [six, spoofed]) {
        const lines: Line[] = [
          ['CF-Connecting-IP', pseudo],
          ['CF-Connecting-IPv6', beside],
          [xff, pseudo],
        ]
        expect(await observe(bench, lines, pseudo)).toEqual(fares(pseudo))
      }
    })

    describe('and a proxy', () => {
      const recipe = behindCloudflareAndProxy(['198.51.100.16/28'], [peer])
      const cloudflare = both(overwrites('CF-Connecting-IP'), appends(xff))
      const through: Edge = (sent, address) => appends(xff)(cloudflare(sent, address), edgeOfCloudflare)

      it('takes the address that Cloudflare saw, whatever the client says', async () => {
        await expectThrough(await startBehind(framework, recipe), through, situationsOf(xff))
      })

      it('takes who went around Cloudflare for the client, whatever it says', async () => {
        const sent = allHeaders.map((name) => [name, spoofed] as const)
        const lines = appends(xff)(sent, client)
        expect(await observe(await startBehind(framework, recipe), lines, client)).toEqual(fares(client))
      })
    })
  })

  it('reads the other headers of Vercel alike', async () => {
    const edge = overwrites('X-Vercel-Forwarded-For', 'X-Real-IP', xff)
    for (const header of ['X-Real-IP', xff]) {
      const bench = await startBehind(framework, trustedClientIp({ trust: 1, header, single: true }))
      const sent = allHeaders.map((name) => [name, spoofed] as const)
      expect(await observe(bench, edge(sent, client), client)).toEqual(fares(client))
    }
  })
})
