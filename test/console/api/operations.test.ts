import { authorizationFor, createAuthorizer, memoryStore, sha256Digest } from 'rest-api-key'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ghost, jdoe, openApi, type TestApi, withKey } from './support.js'

const foreignId = '0123456789ABCDEF0123456789ABCDEF'
const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

let api: TestApi
let send: TestApi['send']
let store: ReturnType<typeof memoryStore>

beforeEach(async () => {
  store = memoryStore()
  api = await openApi({ repository: store })
  send = api.send
})
afterEach(() => api.close())

const path = (url: string | null) => String(url).slice(new URL(api.url).pathname.length) as `/${string}`

describe('groups', () => {
  it('are created, listed, read, changed and deleted', async () => {
    const created = await send('POST /groups', { content: { name: 'Integrations', description: 'Machines' } })
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"'])
    const group = created.body
    expect(group).toMatchObject({
      tenantId: 'acme',
      name: 'Integrations',
      description: 'Machines',
      version: 1,
    })
    expect(group.createdAt).toMatch(utc)

    const at = path(created.headers.get('location'))
    const read = await send(`GET ${at}`)
    expect([read.body, read.headers.get('etag')]).toEqual([group, '"1"'])
    expect((await send('GET /groups')).body).toEqual({ items: [group], nextCursor: null })

    const changed = await send(`PATCH ${at}`, {
      content: { description: null },
      headers: { 'if-match': '"1"' },
    })
    expect(changed.body).toMatchObject({ name: 'Integrations', description: null, version: 2 })
    expect(changed.headers.get('etag')).toBe('"2"')

    expect((await send(`DELETE ${at}`)).status).toBe(204)
    expect((await send(`GET ${at}`)).status).toBe(404)
  })

  it('are not deleted while they have keys', async () => {
    const { group, key } = await withKey(api)
    const refused = await send(`DELETE /groups/${group.id}`)
    expect([refused.status, refused.body.code]).toEqual([409, 'group_not_empty'])
    await send(`DELETE /keys/${key.id}`)
    expect((await send(`DELETE /groups/${group.id}`)).status).toBe(204)
  })
})

describe('keys', () => {
  it('are answered with every field, moments in UTC and metadata as it was given', async () => {
    const fields = {
      activated: false,
      description: 'Nightly import',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.7', '198.51.100.0/24'],
      metadata: { plan: 'gold', at: '2030-01-31T12:00:00Z', seats: [1, null, { a: true }] },
    }
    const { key } = await withKey(api, { ...fields, expiresAt: '2030-01-31T12:00:00+02:00' })
    expect(key).toMatchObject({
      ...fields,
      expiresAt: '2030-01-31T10:00:00.000Z',
      lastUsedAt: null,
      version: 1,
    })
    expect(key.createdAt).toMatch(utc)
    expect((await send(`GET /keys/${key.id}`)).body).toEqual(key)
  })

  it('show their Reference ID in the answer that creates them, and nowhere else', async () => {
    const { referenceId, key, group } = await withKey(api)
    const answers = await Promise.all([
      send('GET /keys'),
      send(`GET /keys/${key.id}`),
      send(`PATCH /keys/${key.id}`, { content: { description: 'x' }, headers: { 'if-match': '*' } }),
      send(`POST /keys/${key.id}/deactivate`),
      send(`POST /keys/${key.id}/activate`),
      send('POST /explain', { content: { keyId: key.id } }),
      send('POST /explain', { content: { referenceId } }),
      send('POST /imports', { content: { groupId: group.id, referenceId } }),
      send('GET /audit'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 422, 200])
    for (const { text } of answers) {
      expect(text).not.toContain(referenceId)
      expect(text).not.toContain(sha256Digest()(referenceId))
    }
  })

  it('work at once, and are refused at once when they are deactivated or deleted', async () => {
    const { referenceId, key } = await withKey(api)
    const authorizer = createAuthorizer({ store })
    const reason = async () => {
      const headerLines = () => [authorizationFor(referenceId)]
      const decision = await authorizer.authorize({ headerLines, tenantId: 'acme' })
      return decision.allowed ? 'allowed' : decision.reason
    }
    expect(await reason()).toBe('allowed')
    await send(`POST /keys/${key.id}/deactivate`)
    expect(await reason()).toBe('deactivated')
    await send(`POST /keys/${key.id}/activate`)
    expect(await reason()).toBe('allowed')
    await send(`DELETE /keys/${key.id}`)
    expect(await reason()).toBe('unknown_key')
    await authorizer.close()
  })

  it('change in the members that are given, each as a whole', async () => {
    const { key } = await withKey(api, { description: 'x', inRole: 'Operator', metadata: { a: 1, b: 2 } })
    const content = { description: null, metadata: { b: 3 } }
    const { body } = await send(`PATCH /keys/${key.id}`, { content, headers: { 'if-match': '"1"' } })
    expect(body).toEqual({ ...key, ...content, version: 2, updatedAt: body.updatedAt })
  })

  it.each([
    ['30 February', '2030-02-30T00:00:00Z'],
    ['a day', '2030-01-31'],
    ['no offset', '2030-01-31T12:00:00'],
    ['a word', 'tomorrow'],
    ['an hour too late', '2030-01-31T25:00:00Z'],
    ['a far year', '+010000-01-01T00:00:00Z'],
    ['an early year', '1969-12-31T23:59:59Z'],
    ['milliseconds', 1_893_456_000_000],
    ['a form of its own', 'Thu, 31 Jan 2030 12:00:00 GMT'],
  ])('do not expire at %s', async (_, expiresAt) => {
    const { group } = await withKey(api)
    const { status, body } = await send('POST /keys', { content: { groupId: group.id, expiresAt } })
    expect([status, body.errors.map(({ field }: { field: string }) => field)]).toEqual([422, ['expiresAt']])
  })

  it('are refused with everything that is wrong with them', async () => {
    const content = { groupId: '', allowedIps: ['192.0.2.7', '010.0.0.1'], expiresAt: 'x', colour: 'red' }
    const { status, body } = await send('POST /keys', { content })
    expect([status, body.code]).toEqual([422, 'invalid_input'])
    const fields = body.errors.map(({ field }: { field: string }) => field)
    expect(fields.sort()).toEqual(['allowedIps[1]', 'colour', 'expiresAt', 'groupId'])
  })

  it('are imported once, and found again in the same tenant only', async () => {
    const { group } = await withKey(api)
    const content = { groupId: group.id, referenceId: foreignId, description: 'Old client' }
    const first = await send('POST /imports', { content })
    expect([first.status, first.body.outcome]).toEqual([201, 'imported'])
    expect((await send(`GET ${path(first.headers.get('location'))}`)).body).toEqual(first.body.key)
    const second = await send('POST /imports', { content: { ...content, description: 'New client' } })
    expect([second.status, second.body]).toEqual([200, { outcome: 'unchanged', key: first.body.key }])

    const other = await send('POST /groups', { content: { name: 'Others' }, as: ghost })
    const taken = await send('POST /imports', { content: { ...content, groupId: other.body.id }, as: ghost })
    expect([taken.status, taken.body.code]).toEqual([409, 'reference_id_taken'])
    for (const { text } of [first, second, taken]) expect(text).not.toContain(foreignId)
  })

  it('are explained by their id and by the credential', async () => {
    const { key, referenceId } = await withKey(api, { allowedIps: ['192.0.2.0/24'] })
    const passes = await send('POST /explain', { content: { keyId: key.id, ip: '192.0.2.7' } })
    expect(passes.body).toMatchObject({
      allowed: true,
      reason: null,
      cause: null,
      keyId: key.id,
      tenantId: 'acme',
    })
    const elsewhere = await send('POST /explain', { content: { referenceId, ip: '198.51.100.7' } })
    expect(elsewhere.body).toMatchObject({ allowed: false, reason: 'ip_not_allowed' })
    const tenant = await send('POST /explain', { content: { keyId: key.id, tenantId: 'globex' } })
    expect(tenant.body).toMatchObject({ allowed: false, reason: 'wrong_tenant' })
    const foreign = await send('POST /explain', { content: { referenceId }, as: ghost })
    expect(foreign.body).toMatchObject({ allowed: false, reason: 'unknown_key', keyId: null })
  })
})

describe('the actor', () => {
  it('is who is signed in', async () => {
    expect((await send('GET /actor')).body).toEqual(jdoe)
    const as = { tenantId: 'acme', userId: 'kim' }
    expect((await send('GET /actor', { as })).body).toEqual({ ...as, role: null })
  })
})

describe('the audit', () => {
  it('tells who has changed what, the latest first', async () => {
    const { key, group } = await withKey(api)
    await send(`POST /keys/${key.id}/deactivate`)
    const { items } = (await send('GET /audit')).body
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'key.deactivate',
      'key.create',
      'group.create',
    ])
    expect(items[0]).toMatchObject({
      tenantId: 'acme',
      actor: { userId: 'jdoe', role: 'Administrator' },
      outcome: 'done',
      groupId: group.id,
      keyId: key.id,
      before: { activated: true },
      after: { activated: false },
    })
    expect((await send(`GET /audit?keyId=${key.id}`)).body.items).toHaveLength(2)
    expect((await send(`GET /audit?groupId=${group.id}`)).body.items).toHaveLength(3)
  })
})

describe('pages', () => {
  it('hold 250 keys in their order, each once, however long they are', async () => {
    const { group } = await withKey(api)
    const keys = api.manager.as(jdoe)
    for (let i = 2; i <= 250; i++) await keys.createKey({ groupId: group.id, description: `Client ${i}` })
    const all = await everyPage('/keys?limit=500')
    expect(new Set(all.map(({ id }) => id)).size).toBe(250)
    expect(await everyPage('/keys?limit=99')).toEqual(all)
    expect(await everyPage(`/keys?groupId=${group.id}`)).toEqual(all)
    expect(await everyPage('/keys?limit=3&search=CLIENT%2024')).toHaveLength(11)
    expect(await everyPage('/audit?limit=100')).toHaveLength(251)
    expect(await everyPage('/keys?groupId=nothing')).toEqual([])
  })

  async function everyPage(target: `/${string}`): Promise<{ readonly id: string }[]> {
    const items = []
    let cursor: string | null = ''
    do {
      const { body } = await send(
        `GET ${target}${cursor && `${target.includes('?') ? '&' : '?'}cursor=${cursor}`}`,
      )
      items.push(...body.items)
      cursor = body.nextCursor
    } while (cursor !== null)
    return items
  }
})
