import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange, type RawRequestParts } from '../support/http-client.js'
import { mounts } from './mounts.js'
import { openConsole, type TestConsole, withKey } from './support.js'

const form = 'Content-Type: application/x-www-form-urlencoded'
const json = 'Content-Type: application/json'
const jdoe = 'Cookie: user=jdoe'

describe.each(mounts)('the gate of a console in $name', (mount) => {
  let one: TestConsole
  let ids: Readonly<Record<string, string>>
  let host: string
  let before: string

  beforeAll(async () => {
    one = await openConsole({ mount })
    const { group, key, referenceId } = await withKey(one)
    ids = { group: group.id, key: key.id, referenceId }
    host = `127.0.0.1:${one.port}`
    before = await state()
  })
  afterAll(() => one.close())

  /** Everything that acme has. */
  async function state(): Promise<string> {
    const { acme } = one
    return JSON.stringify([await acme.listGroups(), await acme.listKeys(), await acme.listAudit()])
  }

  /** Fills in what is known only when the console runs. */
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'host' ? host : (ids[name] ?? '')))

  function send({ lines = [], target = '/console/keys/{key}/deactivate', ...parts }: RawRequestParts) {
    const hosts = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: {host}']
    return exchange(one.port, { ...parts, target: filled(target), lines: [...hosts, ...lines].map(filled) })
  }

  const origin = 'Origin: http://{host}'
  const newGroup = { target: '/console/groups/new', body: 'name=x' }

  it.each<[string, number, RawRequestParts]>([
    ['without a session', 401, { lines: [form, origin] }],
    ['with a session that does not exist', 401, { lines: ['Cookie: user=nobody', form, origin] }],
    ['with the origin of another host', 403, { lines: [jdoe, form, 'Origin: http://evil.example'] }],
    ['with the origin of another port', 403, { lines: [jdoe, form, 'Origin: http://127.0.0.1:1'] }],
    ['with an origin that begins like its own', 403, { lines: [jdoe, form, `${origin}.evil.example`] }],
    ['with its host as the user of another', 403, { lines: [jdoe, form, `${origin}@evil.example`] }],
    ['with an origin that is not named', 403, { lines: [jdoe, form, 'Origin: null'] }],
    ['with an origin that is none', 403, { lines: [jdoe, form, 'Origin: %'] }],
    ['with two origins', 403, { lines: [jdoe, form, origin, 'Origin: http://evil.example'] }],
    ['from another site', 403, { lines: [jdoe, form, origin, 'Sec-Fetch-Site: cross-site'] }],
    ['from another host of the site', 403, { lines: [jdoe, form, origin, 'Sec-Fetch-Site: same-site'] }],
    ['from no site, as if it were typed', 403, { lines: [jdoe, form, origin, 'Sec-Fetch-Site: none'] }],
    ['of a form that does not say whence it comes', 403, { lines: [jdoe, form] }],
    ['of text that does not say whence it comes', 403, { lines: [jdoe, 'Content-Type: text/plain'] }],
    ['that says nothing at all', 403, { lines: [jdoe] }],
    ['of JSON to a page', 415, { ...newGroup, body: '{"name":"x"}', lines: [jdoe, json, origin] }],
    [
      'of several parts',
      415,
      { ...newGroup, lines: [jdoe, 'Content-Type: multipart/form-data; boundary=x', origin] },
    ],
    [
      'of a form that is called text',
      415,
      { ...newGroup, lines: [jdoe, 'Content-Type: text/plain', origin] },
    ],
    ['of the session of another tenant', 404, { lines: ['Cookie: user=ghost', form, origin] }],
    ['of a user whom the manager refuses', 403, { lines: ['Cookie: user=guest', form, origin] }],
    [
      'of a REST API key instead of a session',
      401,
      {
        lines: ['Authorization: rest_api_key={referenceId}', form, origin],
      },
    ],
  ])('refuses a post %s, with %d, and does nothing', async (_, status, parts) => {
    const answer = await send({ method: 'POST', body: '', ...parts })
    expect([answer.status, await state()]).toEqual([status, before])
    expect(answer.header('cache-control')).toBe('no-store')
  })

  it.each<[string, RawRequestParts]>([
    ['a header', { lines: [jdoe, form, origin, 'X-HTTP-Method-Override: DELETE'] }],
    ['a field', { lines: [jdoe, form, origin], body: '_method=DELETE' }],
    ['a parameter', { lines: [jdoe, form, origin], target: '/console/keys/{key}?_method=DELETE' }],
    [
      'a header of a program',
      { lines: [jdoe, json, 'X-HTTP-Method-Override: DELETE'], target: '/console/api/keys/{key}' },
    ],
  ])('knows no method override by %s', async (_, parts) => {
    await send({ method: 'POST', body: '', ...parts })
    expect(await one.acme.getKey(ids.key ?? '')).toMatchObject({ id: ids.key })
    await one.acme.activateKey(ids.key ?? '')
    before = await state()
  })

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'FOO'])(
    'lets %s change nothing',
    async (method) => {
      for (const target of ['/activate', '/deactivate', '/delete', '']) {
        const lines = [jdoe, form, origin]
        const connection = exchange(one.port, {
          method,
          target: filled(`/console/keys/{key}${target}`),
          lines: [`Host: ${host}`, ...lines.map(filled)],
        })
        // A server may also hang up on what is no method of HTTP.
        await connection.catch(() => undefined)
      }
      expect(await state()).toBe(before)
    },
  )

  const tricks = [
    '/console/..;/console',
    '/console//',
    '//console',
    '///evil.example/console',
    '/console/./',
    '/console/../console',
    '/console/%2e%2e/console',
    '/x/../console',
    '/x/%2e%2e/console',
    '/console%2f',
    '/console%2Fgroups%2Fnew',
    '/console\\groups',
    '/console/groups/..%2f..%2fconsole',
    '/console/groups/%00',
    '/console/groups/%',
    '/console/groups/%ff',
    '/CONSOLE',
    '/console;x=/groups',
    '/console/assets/../groups/new',
    '/console/assets/%2e%2e%2fgroups',
    '/console/api/../groups/new',
    'http://evil.example/console',
    `http://127.0.0.1/console`,
    '/console?/../..',
    '/console#/groups',
  ]

  it('serves nothing without a session, whatever the path', async () => {
    for (const target of ['/console', '/console/api/groups', '/console/assets/x', ...tricks]) {
      const answer = await exchange(one.port, { target, lines: [`Host: ${host}`] })
      expect([400, 401, 404, 418], target).toContain(answer.status)
      expect(answer.body, target).not.toMatch(/Key groups|Integrations|openapi/)
    }
  })

  it('with a session answers every path as a page of its own or as none', async () => {
    for (const target of tricks) {
      const answer = await exchange(one.port, { target, lines: [`Host: ${host}`, jdoe] })
      expect([200, 400, 404, 418, 422], target).toContain(answer.status)
      expect(answer.header('location'), target).toBeUndefined()
    }
    expect(await state()).toBe(before)
  })

  it.each([
    'user@127.0.0.1',
    '127.0.0.1/console',
    '127.0.0.1?x',
    '127.0.0.1#x',
    'a b',
    '%31',
    'a\\b',
    '[',
    '',
  ])('answers nothing under the host %j', async (name) => {
    const answer = await exchange(one.port, { target: '/console', lines: [`Host: ${name}`, jdoe] })
    expect([400, 404, 418]).toContain(answer.status)
    expect(answer.body).not.toContain('Key groups')
  })

  it('tells browsers on every answer to frame, guess, leak and load nothing', async () => {
    const answers = [
      await send({ target: '/console', lines: [jdoe] }),
      await send({ target: '/console' }),
      await send({ target: '/console/nothing', lines: [jdoe] }),
      await send({ target: '/console/api/groups', lines: [jdoe] }),
      await send({ method: 'POST', body: '', lines: [jdoe, form, 'Origin: null'] }),
    ]
    for (const { header, status } of answers) {
      expect(
        {
          policy: header('content-security-policy'),
          frame: header('x-frame-options'),
          sniff: header('x-content-type-options'),
          referrer: header('referrer-policy'),
          opener: header('cross-origin-opener-policy'),
          resource: header('cross-origin-resource-policy'),
          cache: header('cache-control'),
          cookie: header('set-cookie'),
        },
        String(status),
      ).toEqual({
        policy:
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; " +
          "frame-ancestors 'none'; base-uri 'none'",
        frame: 'DENY',
        sniff: 'nosniff',
        referrer: 'same-origin',
        opener: 'same-origin',
        resource: 'same-origin',
        cache: 'no-store',
        cookie: undefined,
      })
    }
  })
})

describe('the gate of a console', () => {
  it.each([
    ['another host', ['Host: evil.example', jdoe]],
    [
      'another host that is its own origin',
      ['Host: evil.example', 'Origin: http://evil.example', jdoe, form],
    ],
    ['another port', ['Host: keys.example.com:8080', jdoe]],
    ['a name that begins like it', ['Host: keys.example.com.evil.example', jdoe]],
    ['an address', ['Host: 127.0.0.1', jdoe]],
  ])('that names its hosts is not reached by %s', async (_, lines) => {
    const { port, close } = await openConsole({ hosts: ['Keys.example.com', 'localhost:3000', '[::1]:3000'] })
    try {
      const answer = await exchange(port, { target: '/console', lines })
      expect([answer.status, answer.body.includes('Key groups')]).toEqual([421, false])
      for (const host of ['keys.example.com', 'KEYS.example.com', 'localhost:3000', '[::1]:3000']) {
        expect((await exchange(port, { target: '/console', lines: [`Host: ${host}`, jdoe] })).status).toBe(
          200,
        )
      }
    } finally {
      await close()
    }
  })

  it.each<[string, number, () => unknown]>([
    ['nothing', 401, () => undefined],
    ['null', 401, () => null],
    ['false', 401, () => false],
    ['a promise of nothing', 401, async () => undefined],
    ['true', 403, () => true],
    ['a user of no tenant', 403, () => ({ userId: 'jdoe' })],
    ['a principal', 403, () => ({ tenantId: 'acme', userId: 'jdoe', keyId: 'k' })],
    [
      'an error',
      503,
      () => {
        throw new Error('canary')
      },
    ],
    ['a rejection', 503, () => Promise.reject(new Error('canary'))],
  ])('answers %s of authenticate with %d and no page', async (_, status, authenticate) => {
    const { get, errors, close } = await openConsole({ authenticate: authenticate as never })
    try {
      for (const path of ['/console', '/console/api/groups', '/console/nothing']) {
        const answer = await get(path)
        expect([answer.status, /Key groups|items|canary/.test(answer.text)]).toEqual([status, false])
      }
      expect(errors).toHaveLength(status === 503 ? 3 : 0)
      for (const error of errors) expect(error).toMatchObject({ code: 'authenticate_failed' })
    } finally {
      await close()
    }
  })

  it('links the page that asks to sign in to where one can', async () => {
    const { get, close } = await openConsole({ signInUrl: '/sign-in?to=<console>' })
    try {
      expect((await get('/console', null)).text).toContain('href="/sign-in?to=&lt;console&gt;"')
    } finally {
      await close()
    }
  })
})
