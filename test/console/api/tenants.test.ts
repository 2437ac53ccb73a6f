import { afterAll, beforeAll, expect, it } from 'vitest'
import { ghost, type Line, openApi, type Sent, type TestApi, withKey } from './support.js'

let api: TestApi
let acme: Awaited<ReturnType<typeof withKey>>
beforeAll(async () => {
  api = await openApi()
  acme = await withKey(api)
})
afterAll(() => api.close())

const any = { headers: { 'if-match': '*' } }

it.each<[string, Sent]>([
  ['GET /groups/{groupId}', {}],
  ['PATCH /groups/{groupId}', { content: { name: 'Mine' }, ...any }],
  ['DELETE /groups/{groupId}', {}],
  ['GET /keys/{keyId}', {}],
  ['PATCH /keys/{keyId}', { content: { activated: false }, ...any }],
  ['PATCH /keys/{keyId}', { content: { activated: false }, headers: { 'if-match': '"1"' } }],
  ['POST /keys/{keyId}/activate', {}],
  ['POST /keys/{keyId}/deactivate', {}],
  ['DELETE /keys/{keyId}', {}],
])("%s answers about another tenant's as about none", async (template, sent) => {
  const line = (groupId: string, keyId: string) =>
    template.replace('{groupId}', groupId).replace('{keyId}', keyId) as Line
  const foreign = await api.send(line(acme.group.id, acme.key.id), { ...sent, as: ghost })
  const none = await api.send(line('none', 'none'), { ...sent, as: ghost })
  expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found'])
  expect(foreign.text).toBe(none.text)
  expect((await api.send(`GET /groups/${acme.group.id}`)).body).toEqual(acme.group)
  expect((await api.send(`GET /keys/${acme.key.id}`)).body).toEqual(acme.key)
})

it("puts no key into another tenant's group", async () => {
  for (const [path, more] of [
    ['/keys', {}],
    ['/imports', { referenceId: '00112233445566778899AABBCCDDEEFF' }],
  ] as const) {
    const content = { groupId: acme.group.id, ...more }
    const { status, body } = await api.send(`POST ${path}`, { content, as: ghost })
    expect([status, body.code], path).toEqual([404, 'not_found'])
  }
})

it('lists and explains nothing of another tenant', async () => {
  for (const path of [
    '/groups',
    '/keys',
    '/audit',
    `/keys?groupId=${acme.group.id}`,
    `/audit?keyId=${acme.key.id}`,
  ]) {
    const { body } = await api.send(`GET ${path as `/${string}`}`, { as: ghost })
    expect(body, path).toEqual({ items: [], nextCursor: null })
  }
  const content = { keyId: acme.key.id, tenantId: 'acme' }
  const { body } = await api.send('POST /explain', { content, as: ghost })
  expect(body).toMatchObject({ allowed: false, reason: 'unknown_key', keyId: null })
})

it('takes no tenant from a content, a query or a header', async () => {
  const headers = { 'x-tenant': 'acme' }
  const created = await api.send('POST /groups', { content: { name: 'Mine' }, headers, as: ghost })
  expect(created.body.tenantId).toBe('globex')
  const named = await api.send('POST /groups', { content: { name: 'Mine', tenantId: 'acme' }, as: ghost })
  expect(named.status).toBe(422)
  expect((await api.send('GET /keys?tenantId=acme', { as: ghost })).status).toBe(422)
})
