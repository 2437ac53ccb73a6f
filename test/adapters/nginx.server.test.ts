import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorizationFor, createAuthorizer, type ForwardedRequest } from 'rest-api-key'
import { describe, expect, it, onTestFinished } from 'vitest'
import { behindNginx, behindNginxRealIp, behindNginxSocket } from '../../examples/proxies/nginx.js'
import { fares, type Observed, open, startAddressBench, storeOfAddresses } from '../support/address-bench.js'
import { forwardedRequestOf } from '../support/forwarded-request.js'
import { type Api, type Framework, startApi } from '../support/http-api.js'
import { exchange } from '../support/http-client.js'
import { frameworks } from '../support/http-frameworks.js'
import { startNginx } from '../support/nginx.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

/** The addresses that the two proxies connect from. */
const inner = '127.0.0.21'
const outer = '127.0.0.22'
const client = '127.0.0.7'
const spoofed = '198.51.100.66'
const six = '2001:db8::7'
const unknown = undefined
const store = storeOfAddresses([inner, outer, client, spoofed, six])

const from = (address: string) => `proxy_bind ${address}`
const appending = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for'
const writing = 'proxy_set_header X-Real-IP $remote_addr'
const realIp = [
  `set_real_ip_from ${outer}`,
  'real_ip_header X-Forwarded-For',
  'real_ip_recursive on',
  'proxy_set_header X-Forwarded-For $remote_addr',
]

/** One request to nginx. */
interface Row {
  readonly name: string
  readonly sent: readonly string[]
  readonly expected: string | undefined
  /** Whom nginx sees. Default: the client. */
  readonly from?: string
}

/** The client has sent the header itself. */
function spoofing(header: string): readonly Row[] {
  return [
    { name: 'nothing', sent: [], expected: client },
    { name: 'an address', sent: [`${header}: ${spoofed}`], expected: client },
    { name: 'two lines', sent: [`${header}: ${spoofed}`, `${header}: ${spoofed}`], expected: client },
    { name: 'a proxy', sent: [`${header}: ${spoofed}, ${inner}`], expected: client },
    { name: 'only proxies', sent: [`${header}: ${inner}, ${outer}`], expected: client },
    { name: 'garbage', sent: [`${header}: , ;[]:`], expected: client },
    { name: 'an empty line', sent: [`${header}:`], expected: client },
    {
      name: 'a name with underscores',
      sent: [`${header.replaceAll('-', '_')}: ${spoofed}`],
      expected: client,
    },
    { name: 'other headers', sent: [`Forwarded: for=${spoofed}`, `Client-IP: ${spoofed}`], expected: client },
  ]
}

type Trusting = Pick<Api, 'trust' | 'ip'>

function taking(framework: Framework, clientIp: (request: ForwardedRequest) => string | undefined): Trusting {
  return { ip: (request) => clientIp(forwardedRequestOf(framework, request)) }
}

/** The same by the framework's own settings, if it has some. */
function ownSettings({ name }: Framework, proxies: readonly string[]): Trusting | undefined {
  if (name.startsWith('Koa')) return { trust: { proxy: true, maxIpsCount: proxies.length } }
  return /^(?:Express|Fastify)/.test(name) ? { trust: proxies } : undefined
}

/** `trustedClientIp`, and the framework's own settings. */
function bothWays(framework: Framework, proxies: readonly string[]): Trusting[] {
  const own = ownSettings(framework, proxies)
  return [taking(framework, behindNginx(proxies)), ...(own ? [own] : [])]
}

async function expectRows(
  { observe }: Awaited<ReturnType<typeof startAddressBench>>,
  at: number | string,
  rows: readonly Row[],
): Promise<void> {
  const expected: Record<string, Observed> = {}
  const observed: Record<string, Observed> = {}
  for (const row of rows) {
    expected[row.name] = fares(row.expected)
    observed[row.name] = await observe(await open(at, { from: row.from ?? client }), row.sent, row.expected)
  }
  expect(observed).toEqual(expected)
}

/** An API behind one nginx, and the port of nginx. */
async function startBehind(framework: Framework, api: Trusting, directives: readonly string[]) {
  const bench = await startAddressBench(framework, store, api)
  const [at] = await startNginx(1, () => [{ to: bench.api.at, directives: [from(inner), ...directives] }])
  return { bench, at: at as number }
}

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_, framework) => {
  it('behind nginx that appends, takes who connected to it', async () => {
    for (const api of bothWays(framework, [inner])) {
      const { bench, at } = await startBehind(framework, api, [appending])
      await expectRows(bench, at, spoofing('X-Forwarded-For'))
    }
  })

  it('behind nginx that writes X-Real-IP, takes who connected to it', async () => {
    const { bench, at } = await startBehind(framework, taking(framework, behindNginxRealIp([inner])), [
      writing,
    ])
    await expectRows(bench, at, [...spoofing('X-Real-IP'), ...spoofing('X-Forwarded-For')])
  })

  it('takes who went around nginx for the client, whatever it says', async () => {
    for (const recipe of [behindNginx([inner]), behindNginxRealIp([inner])]) {
      const bench = await startAddressBench(framework, store, taking(framework, recipe))
      const sent = [`X-Forwarded-For: ${spoofed}`, `X-Real-IP: ${spoofed}`]
      await expectRows(bench, bench.api.at, [
        { name: 'a spoofed header', sent, expected: client },
        { name: 'no header', sent: [], expected: client },
      ])
    }
  })

  it('behind nginx that was told nothing, knows no address but what the client says', async () => {
    const { bench, at } = await startBehind(framework, taking(framework, behindNginx([inner])), [])
    await expectRows(bench, at, [
      { name: 'nothing', sent: [], expected: unknown },
      { name: 'an address', sent: [`X-Forwarded-For: ${spoofed}`], expected: spoofed },
    ])
  })

  it('behind nginx that takes the address from the proxy before it, takes the same', async () => {
    for (const api of bothWays(framework, [inner])) {
      const { bench, at } = await startBehind(framework, api, realIp)
      const xff = (text: string) => [`X-Forwarded-For: ${text}`]
      await expectRows(bench, at, [
        { name: 'IPv6', sent: xff(six), from: outer, expected: six },
        { name: 'a spoofed one in front', sent: xff(`${spoofed}, ${six}`), from: outer, expected: six },
        { name: 'a proxy behind', sent: xff(`${six}, ${outer}`), from: outer, expected: six },
        { name: 'from a client', sent: xff(spoofed), expected: client },
        // What it cannot read it leaves, so that the proxy before it looks like the client.
        { name: 'garbage', sent: xff('unknown'), from: outer, expected: outer },
      ])
    }
    const both = taking(framework, behindNginx([inner, outer]))
    const { bench, at } = await startBehind(framework, both, realIp)
    await expectRows(bench, at, [
      { name: 'garbage', sent: ['X-Forwarded-For: unknown'], from: outer, expected: unknown },
      { name: 'nothing', sent: [], from: outer, expected: unknown },
    ])
  })

  it('behind nginx behind nginx, takes who connected to the outer one', async () => {
    for (const api of bothWays(framework, [inner, outer])) {
      const bench = await startAddressBench(framework, store, api)
      const [to, at] = await startNginx(2, ([port]) => [
        { to: bench.api.at, directives: [from(inner), appending] },
        { to: port as number, directives: [from(outer), appending] },
      ])
      await expectRows(bench, at as number, spoofing('X-Forwarded-For'))
      // A number of proxies, which is all that Koa knows, does not fit a way around one of them.
      if (framework.name.startsWith('Koa') && api.ip === undefined) continue
      await expectRows(bench, to as number, [
        { name: 'around the outer one', sent: [`X-Forwarded-For: ${spoofed}`], expected: client },
      ])
    }
  })

  it('behind nginx and a Unix socket, knows an address if exactly one proxy is trusted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rest-api-key-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const recipes = [
      [behindNginx(['loopback', inner]), unknown],
      [behindNginxSocket(), client],
    ] as const
    for (const [index, [recipe, expected]] of recipes.entries()) {
      const path = join(folder, String(index))
      const bench = await startAddressBench(framework, store, taking(framework, recipe), { path })
      const [at] = await startNginx(1, () => [{ to: path, directives: [appending] }])
      const rows = spoofing('X-Forwarded-For').map((row) => ({ ...row, expected }))
      await expectRows(bench, at as number, rows)
    }
  })

  it('knows no address if header lines may be lost on the way', async () => {
    const { bench, at } = await startBehind(framework, taking(framework, behindNginx([inner])), [appending])
    bench.api.server.maxHeadersCount = 100
    const sent = [`X-Forwarded-For: ${spoofed}`, ...new Array<string>(200).fill('f:1')]
    // Fetch does not tell how many there were, but nginx writes its own lines first.
    const expected = framework.name === 'Fetch' ? client : unknown
    await expectRows(bench, at, [{ name: '200 lines of 100', sent, expected }])
  })

  it('never hears of two Authorization lines: nginx refuses them', async () => {
    let decisions = 0
    const authorizer = createAuthorizer({ store, onDecision: () => void decisions++ })
    const api = await startApi(framework, { authorizer, tenant: 'acme' })
    onTestFinished(() => api.close())
    const [at] = await startNginx(1, () => [{ to: api.at, directives: [appending] }])
    const line = `Authorization: ${authorizationFor('FREE')}`
    expect((await exchange(at as number, { lines: [line] })).status).toBe(200)
    expect((await exchange(at as number, { lines: [line, line] })).status).toBe(400)
    expect(decisions).toBe(1)
  })
})
