import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { report } from '../../examples/demo/report.js'
import { urlOf } from '../../examples/shared/usage.js'
import { curlLinesIn } from '../support/curl.js'
import { type RunningServer, runScript, startServer } from '../support/script.js'

const script = 'examples/demo/demo.ts'
const columns = ['Express', 'Koa', 'Fastify', 'Hono']

/** Request, expected status and the marks of the four frameworks, from the lines of the table. */
function rowsIn(output: string): string[][] {
  const lines = output.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()))
  return lines.filter((cells) => cells.length >= 6)
}

describe('npm run demo', () => {
  it('shows every request in every framework as expected, and ends with 0', async () => {
    const { code, output } = await runScript(script)
    const [titles, , ...rows] = rowsIn(output)
    expect(titles?.slice(0, 6)).toEqual(['request', 'expected', ...columns])
    expect(rows.map(([request, expected]) => `${request}: ${expected}`)).toEqual([
      'own key: 200',
      "the other tenant's own key: 200",
      'no key: 401 missing_credentials',
      'unknown key: 401 not_authorized',
      "another tenant's key: 401 not_authorized",
      'key for 127.0.0.1, from there: 200',
      'key for 192.0.2.0/24, from 127.0.0.1: 401 not_authorized',
      'DELETE as Operator: 403 role_not_allowed',
      'DELETE as Administrator: 204',
      'own key, deactivated a moment ago: 401 not_authorized',
      'own key, store out of order: 503 temporarily_unavailable',
    ])
    for (const [, expected, ...cells] of rows) {
      expect(cells).toEqual(columns.map(() => `${expected?.slice(0, 3)} ✓`))
    }
    expect(curlLinesIn(output)).toHaveLength(6)
    expect(code).toBe(0)
  })
})

describe('npm run demo -- --store', () => {
  it('keeps the keys over a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rest-api-key-'))
    try {
      const file = join(folder, 'demo.db')
      const first = await runScript(script, '--store', file)
      expect(first.output).toContain('has kept 0 keys')
      const second = await runScript(script, '--store', file)
      expect(second.output).toContain('has kept 9 keys')
      expect([first.code, second.code]).toEqual([0, 0])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('npm run demo -- --serve', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer(script, '--serve')
  })
  afterAll(() => server.stop('SIGKILL'))

  it('answers the curl lines that it prints as it says', async () => {
    const lines = curlLinesIn(server.output)
    expect(lines).toHaveLength(6)
    for (const { comment, status, send } of lines) expect((await send()).status, comment).toBe(status)
  })

  it('serves the console, whose keys are those of the demo', async () => {
    const [, address = ''] = /Manage the keys at (\S+);/.exec(server.output) ?? []
    expect((await fetch(address)).status).toBe(401)
    const body = new URLSearchParams({ user: 'jdoe of acme' })
    const signedIn = await fetch(`${server.url}/sign-in`, { method: 'POST', body, redirect: 'manual' })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const page = await (await fetch(address, { headers: { cookie } })).text()
    expect(page).toContain('Demo')
    expect(page).toContain('192.0.2.0/24')
  })

  it('ends on Ctrl-C, with 0', async () => {
    expect(await server.stop('SIGINT')).toMatchObject({ code: 0 })
  })
})

describe('the table of the demo', () => {
  let server: Server
  beforeAll(async () => {
    server = createServer((_, res) => res.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  afterAll(() => server.close())

  it('marks an outcome that was not expected', async () => {
    const requests = [
      { name: 'open', expected: '200' },
      { name: 'guarded', expected: '401 missing_credentials' },
    ]
    const { table, asExpected } = await report(requests, { Open: urlOf(server) })
    expect(asExpected).toBe(false)
    expect(table).toMatch(/open .* 200 ✓/)
    expect(table).toMatch(/guarded .* 200 ✗/)
  })
})
