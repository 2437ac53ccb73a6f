import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, openApi, type TestApi, withKey } from './support.js'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

describe.each(['groups', 'keys'] as const)('two editors of %s', (kind) => {
  let id: string

  beforeAll(async () => {
    const { group, key } = await withKey(api)
    id = kind === 'groups' ? group.id : key.id
  })

  const edit = (description: string, ifMatch?: string): Promise<Answered> =>
    api.send(`PATCH /${kind}/${id}`, {
      content: { description },
      ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }),
    })
  const read = () => api.send(`GET /${kind}/${id}`)

  it('do not overwrite each other: the second one is told', async () => {
    const seen = (await read()).headers.get('etag') ?? ''
    expect((await edit('first', seen)).status).toBe(200)
    const { status, body } = await edit('second', seen)
    expect([status, body.code]).toEqual([412, 'version_conflict'])
    expect((await read()).body.description).toBe('first')
  })

  it('at the same moment: one of twenty saves', async () => {
    const seen = (await read()).headers.get('etag') ?? ''
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => edit(`at once ${i}`, seen)))
    const saved = answers.filter(({ status }) => status === 200)
    expect(saved).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19)
    expect((await read()).body).toEqual(saved[0]?.body)
  })

  it('must say what they have seen', async () => {
    const before = (await read()).body
    const { status, body } = await edit('blindly')
    expect([status, body.code]).toEqual([428, 'precondition_required'])
    expect((await read()).body).toEqual(before)
  })

  it('may say that it does not matter', async () => {
    expect((await edit('whatever', '*')).body.description).toBe('whatever')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => edit(`whatever ${i}`, '*')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it.each([
    ['a weak tag', (version: number) => `W/"${version}"`],
    ['a tag without quotes', (version: number) => `${version}`],
    ['a tag with a zero in front', (version: number) => `"0${version}"`],
    ['a tag with something behind', (version: number) => `"${version}-gzip"`],
    ['several tags', (version: number) => `"${version}", "${version + 1}"`],
    ['a later version', (version: number) => `"${version + 1}"`],
    ['a number that is none', () => '"9999999999999999999"'],
    ['an empty tag', () => '""'],
  ])('save nothing with %s', async (_, tag) => {
    const before = (await read()).body
    expect((await edit('by mistake', tag(before.version))).status).toBe(412)
    expect((await read()).body).toEqual(before)
  })
})

describe('a revocation', () => {
  it.each([
    ['POST', '/deactivate', 200],
    ['POST', '/activate', 200],
    ['DELETE', '', 204],
  ] as const)(
    'needs no version: %s %s; what looks like a condition is refused',
    async (method, below, expected) => {
      const { key } = await withKey(api)
      await api.send(`PATCH /keys/${key.id}`, { content: {}, headers: { 'if-match': '*' } })
      const line = `${method} /keys/${key.id}${below}` as const
      const refused = await api.send(line, { headers: { 'if-match': '"1"' } })
      expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'If-Match'])
      expect((await api.send(line)).status).toBe(expected)
    },
  )
})
