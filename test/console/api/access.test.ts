import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { authorizationFor, createAuthorizer, memoryStore, type Principal } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import { apiKeyAuth } from 'rest-api-key/hono'
import { type Actor, createKeyManager } from 'rest-api-key/management'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/console/api/operations.js'
import { basePath, jdoe, type Line, openApi, type Sent, type TestApi, withKey } from './support.js'

let api: TestApi
let ids: Readonly<Record<string, string>>
beforeAll(async () => {
  api = await openApi()
  const { group, key } = await withKey(api)
  ids = { groupId: group.id, keyId: key.id }
})
afterAll(() => api.close())

const paths = [...new Set([...operations.map(({ path }) => path), '/openapi.json', '/nothing', ''])]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']
const matrix = paths.flatMap((path) => methods.map((method) => `${method} ${path}` as Line))

const lineOf = (template: Line) => template.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? '') as Line

/** Everything that the API shows to its administrator. */
async function state(): Promise<unknown[]> {
  const lists = ['/groups', '/keys', '/audit'] as const
  return Promise.all(lists.map(async (path) => (await api.send(`GET ${path}`)).body))
}

describe('without an actor', () => {
  it('every method of every path is the same 401, and nothing is done', async () => {
    const before = await state()
    const bodies = new Set<string>()
    for (const template of matrix) {
      const content = /^(?:POST|PUT|PATCH)/.test(template) ? { name: 'x' } : undefined
      const headers = { 'if-match': '*' }
      const { status, text } = await api.send(lineOf(template), { as: null, content, headers })
      expect(status, template).toBe(401)
      if (!template.startsWith('HEAD')) bodies.add(text)
    }
    expect([...bodies].map((text) => JSON.parse(text).code)).toEqual(['not_signed_in'])
    expect(await state()).toEqual(before)
  })
})

describe('a REST API key', () => {
  let principal: Principal
  let referenceId: string
  const store = memoryStore()
  const manager = createKeyManager({ repository: store, authorize: () => true })
  const authorizer = createAuthorizer({ store })

  beforeAll(async () => {
    const keys = manager.as(jdoe)
    const group = await keys.createGroup({ name: 'Integrations' })
    const input = { groupId: group.id, onBehalfOf: 'jdoe', inRole: 'Administrator' }
    referenceId = (await keys.createKey(input)).referenceId
    const headerLines = () => [authorizationFor(referenceId)]
    const decision = await authorizer.authorize({ headerLines, tenantId: 'acme' })
    if (!decision.allowed) throw new Error('the key must be good')
    principal = decision.principal
  })
  afterAll(() => authorizer.close())

  it('signs nobody in: every operation refuses the principal as an actor, whatever else it says', async () => {
    for (const actor of [principal, { ...principal, userId: 'jdoe', role: 'Administrator' }]) {
      for (const template of matrix) {
        const { status } = await api.send(lineOf(template), { as: actor as unknown as Actor })
        expect(status, template).toBe(403)
      }
    }
  })

  it('manages nothing behind apiKeyAuth either, even if the application takes its user for signed in', async () => {
    const app = new Hono()
    const console = createConsole({ manager, authenticate: () => jdoe, basePath })
    app.use(apiKeyAuth(authorizer, { tenant: 'acme' }))
    app.all(`${basePath}/*`, (c) => console.fetch(c.req.raw, c))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}/api`
      const headers = { authorization: authorizationFor(referenceId), 'content-type': 'application/json' }
      for (const template of matrix) {
        const [method = '', path] = lineOf(template).split(' ')
        const response = await fetch(url + path, { method, headers })
        expect(response.status, template).toBe(403)
        if (method !== 'HEAD')
          expect(await response.json(), template).toMatchObject({ code: 'not_authorized' })
      }
    } finally {
      server.close()
    }
  })
})

describe('a session', () => {
  it.each<[string, number, (actor: Actor) => unknown]>([
    ['of a user without a tenant', 403, ({ userId }) => ({ userId })],
    ['of a tenant without a user', 403, ({ tenantId }) => ({ tenantId })],
    ['that is empty', 403, () => ({})],
    ['that is a name', 403, () => 'jdoe'],
    ['that is zero', 401, () => 0],
  ])('%s is a %d', async (_, expected, actor) => {
    const { status } = await api.send('GET /keys', { as: actor(jdoe) as Actor })
    expect(status).toBe(expected)
  })

  it('that cannot be read is a 503', async () => {
    const { status, body } = await api.send('GET /keys', { as: null, headers: { 'x-actor': '{' } })
    expect([status, body.code]).toEqual([503, 'temporarily_unavailable'])
  })
})

describe('a page of another site', () => {
  it.each<[string, Sent]>([
    ['a forged origin', { headers: { origin: 'http://evil.example' } }],
    ['no origin that it would name', { headers: { origin: 'null' } }],
    ['a fetch from another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a fetch from another host of the site', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['a form that looks like JSON', { headers: { 'content-type': 'text/plain' } }],
  ])('changes nothing with %s', async (_, sent) => {
    const before = await state()
    const { status, body } = await api.send('POST /groups', { content: { name: 'Theirs' }, ...sent })
    expect([status, body.code]).toEqual([403, 'cross_site'])
    expect(await state()).toEqual(before)
  })

  it('is not told by CORS that it may read anything', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' }
    for (const line of ['OPTIONS /keys', 'GET /keys'] as const) {
      const answered = await api.send(line, { headers })
      expect([...answered.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
})

describe('a content', () => {
  const large = JSON.stringify({ name: 'x', description: 'x'.repeat(64 * 1024) })

  it('of more than 64 kB is refused, whether its length is announced or not', async () => {
    const before = await state()
    const announced = await api.send('POST /groups', { raw: large })
    expect([announced.status, announced.body.code]).toEqual([413, 'too_large'])

    const chunked = await fetch(`${api.url}/groups`, {
      method: 'POST',
      headers: { 'x-actor': JSON.stringify(jdoe), 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    })
    expect([chunked.status, await chunked.json()]).toEqual([413, announced.body])
    expect(await state()).toEqual(before)
  })
})
