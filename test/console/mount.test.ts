import { once } from 'node:events'
import { connect } from 'node:http2'
import fastify from 'fastify'
import { createConsole } from 'rest-api-key/console'
import { mountConsole } from 'rest-api-key/console/fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { exchange } from '../support/http-client.js'
import { mounts } from './mounts.js'
import { actors, openConsole, type TestConsole, valueIn } from './support.js'

const opened: TestConsole[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})
async function open(...options: Parameters<typeof openConsole>) {
  const one = await openConsole(...options)
  opened.push(one)
  return one
}

describe.each(mounts)('a console in $name', (mount) => {
  const isPlain = mount.name === 'node:http'

  it('serves pages, files and the API at its path, and leaves everything else to the application', async () => {
    const { get } = await open({ mount })
    const home = await get('/console')
    expect([home.status, home.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(home.text).toContain('Key groups')
    const [, styleSheet = ''] = /href="([^"]+\.css)"/.exec(home.text) ?? []
    expect((await get(styleSheet)).headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect((await get('/console/api/groups')).text).toBe('{"items":[],"nextCursor":null}')
    for (const path of ['/', '/consoles', '/other/console', '/console.css']) {
      expect((await get(path)).status, path).toBe(418)
    }
  })

  it('answers HEAD as GET, without the content', async () => {
    const { port } = await open({ mount })
    const head = await exchange(port, { method: 'HEAD', target: '/console', lines: ['Cookie: user=jdoe'] })
    expect([head.status, head.header('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ])
  })

  const ways = [
    ['', { basePath: '/console' }],
    [' behind body parsers', { basePath: '/console', parsed: true }],
    ...(isPlain
      ? []
      : ([
          [' below a path that a router cuts off', { basePath: '/admin/keys', below: '/admin' }],
          [' behind both', { basePath: '/admin/keys', below: '/admin', parsed: true }],
        ] as const)),
  ] as const

  it.each(ways)('adds groups and keys%s', async (_, options) => {
    const one = await open({ mount, ...options })
    const { basePath } = options
    const added = await one.post(`${basePath}/groups/new`, { name: 'A & B', description: 'two\r\nlines' })
    expect(added.status).toBe(303)
    const { items } = await one.acme.listGroups()
    const [group] = items
    expect(group).toMatchObject({ name: 'A & B', description: 'two\nlines' })
    expect(added.headers.get('location')).toBe(`${basePath}/groups/${group?.id}?done=group-saved`)

    const form = await one.get(`${basePath}/groups/${group?.id}/keys/new`)
    const created = await one.post(`${basePath}/groups/${group?.id}/keys/new`, {
      form: valueIn(form.text, 'form') ?? '',
      activated: 'on',
      allowedIps: ['192.0.2.1', '192.0.2.2'],
      newIp: '198.51.100.0/24',
    })
    expect(created.status).toBe(200)
    expect(created.text).toContain('Copy the Reference ID now')
    expect((await one.acme.listKeys()).items.map(({ allowedIps }) => allowedIps)).toEqual([
      ['192.0.2.1', '192.0.2.2', '198.51.100.0/24'],
    ])

    const json = await fetch(`${one.url}${basePath}/api/groups`, {
      method: 'POST',
      headers: { cookie: 'user=jdoe', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'By a program' }),
    })
    expect(json.status).toBe(201)
  })

  it('may be all of a host', async () => {
    const { get } = await open({ mount, basePath: '/' })
    const home = await get('/')
    expect([home.status, home.text.includes('href="/groups/new"')]).toEqual([200, true])
    expect((await get('/groups/new')).text).toContain('action="/groups/new"')
    expect((await get('/api/groups')).status).toBe(200)
    expect((await get('/', null)).status).toBe(401)
  })

  it('gives authenticate the request of the framework', async () => {
    const natives: unknown[] = []
    const { get } = await open({
      mount,
      authenticate: (_, native) => {
        natives.push(native)
        return null
      },
    })
    expect((await get('/console')).status).toBe(401)
    const [native] = natives as { url?: string; req?: { url?: string } }[]
    expect(native?.url ?? native?.req?.url).toMatch(/\/console$/)
  })

  it('refuses what is too large, whether its length is announced or not', async () => {
    const one = await open({ mount })
    const content = new Blob([`name=${'x'.repeat(65 * 1024)}`])
    for (const body of [content, content.stream()]) {
      const refused = await fetch(`${one.url}/console/groups/new`, {
        method: 'POST',
        headers: {
          cookie: 'user=jdoe',
          origin: one.url,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body,
        duplex: 'half',
      })
      expect([refused.status, refused.headers.get('x-frame-options')]).toEqual([413, 'DENY'])
      expect((await one.get('/console')).status).toBe(200)
    }
    expect((await one.acme.listGroups()).items).toEqual([])
  })
})

describe('a console in Fastify', () => {
  it('is served over HTTP/2 as well, where the host has another name', async () => {
    const { manager } = await open()
    const console = createConsole({
      manager,
      hosts: ['keys.example.com'],
      authenticate: ({ headers }) => (headers.get('cookie') === 'user=jdoe' ? actors.jdoe : null),
    })
    const app = fastify({ http2: true })
    await app.register(mountConsole, { console })
    const client = connect(await app.listen({ port: 0, host: '127.0.0.1' }))
    try {
      const post = async (headers: Record<string, string>) => {
        const stream = client.request({
          ':method': 'POST',
          ':path': '/console/groups/new',
          ':authority': 'keys.example.com',
          'content-type': 'application/x-www-form-urlencoded',
          cookie: 'user=jdoe',
          ...headers,
        })
        stream.end('name=Over%20HTTP%2F2')
        const [answer] = (await once(stream, 'response')) as [Record<string, unknown>]
        stream.resume()
        return answer[':status']
      }
      expect(await post({ origin: 'https://evil.example' })).toBe(403)
      expect(await post({ origin: 'https://keys.example.com', ':authority': 'evil.example' })).toBe(421)
      expect(await post({ origin: 'https://keys.example.com' })).toBe(303)
    } finally {
      client.close()
      await app.close()
    }
  })

  it('is refused in a scope whose prefix is not the beginning of its path', async () => {
    const fastify = mounts.find(({ name }) => name === 'Fastify 5')
    const opening = open({ ...(fastify && { mount: fastify }), basePath: '/console', below: '/admin' })
    await expect(opening).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('"basePath"'),
    })
  })
})
