import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operations } from '../../../src/console/api/operations.js'
import { type DescribedOperation, resolved, type Schema, validatorOf } from './checked-against.js'
import { contentsFor } from './generated-contents.js'
import { type Answered, openApi, type TestApi, withKey } from './support.js'

// Requests made from the document alone; every answer is checked against it too, see `checked-against.ts`.

let api: TestApi
let ids: Readonly<Record<string, string>>
let faultsOf: ReturnType<typeof validatorOf>

beforeAll(async () => {
  api = await openApi()
  faultsOf = validatorOf(api.document)
})
beforeEach(async () => {
  const { group, key } = await withKey(api)
  ids = { groupId: group.id, keyId: key.id }
})
afterAll(() => api.close())

function described(path: string, method: string): DescribedOperation {
  return api.document.paths[path]?.[method] as DescribedOperation
}

function call(method: string, path: string, content?: unknown, query = ''): Promise<Answered> {
  const target = path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? '') as `/${string}`
  const { parameters = [] } = described(path, method)
  const isConditional = parameters.some((one) => resolved(api.document, one).name === 'If-Match')
  return api.send(`${method.toUpperCase()} ${target}${query}`, {
    ...(content !== undefined && { content }),
    ...(isConditional && { headers: { 'if-match': '*' } }),
  })
}

function schemaOf(path: string, method: string): Schema | undefined {
  return described(path, method).requestBody?.content['application/json']?.schema
}

describe.each(operations)('$id', ({ id, method, path, answers }) => {
  it('answers a request that fits as the document says', async () => {
    if (id === 'deleteGroup') await call('delete', '/keys/{keyId}')
    const schema = schemaOf(path, method)
    const content = schema && contentsFor(resolved(api.document, schema), ids)[0][1]
    const { status } = await call(method, path, content)
    expect(Object.keys(answers)).toContain(String(status))
  })
})

/** What JSON Schema cannot say: the group must be there, a rule must be an address, exactly one of two members. */
const beyondSchema = /^(?:groupId: "|allowedIps: \["text"\]|expiresAt|referenceId: ")/

const isSilent = ({ method, content }: (typeof operations)[number]) =>
  method !== 'get' && (content === undefined || content === 'Nothing')

describe.each(operations.filter((one) => one.method !== 'get' && !isSilent(one)))(
  'the content of $id',
  ({ method, path }) => {
    it('is taken if it fits the schema, and refused with the faulty member if not', async () => {
      const schema = schemaOf(path, method) as Schema
      const contents = contentsFor(resolved(api.document, schema), ids)
      const outcomes = { taken: 0, refused: 0 }
      for (const [what, content] of contents) {
        const fits = faultsOf(schema, content).length === 0
        const { status, body } = await call(method, path, content)
        if (fits && beyondSchema.test(what) && status >= 400) {
          expect([404, 422], what).toContain(status)
          continue
        }
        outcomes[fits ? 'taken' : 'refused']++
        if (fits) {
          expect(status, `${what}: ${JSON.stringify(body)}`).toBeLessThan(300)
          continue
        }
        expect([status, body.code], what).toEqual([422, 'invalid_input'])
        const fields = body.errors.map(({ field }: { field: string }) => field.split('[')[0])
        const [, member = fields[0]] = /^(\w+): /.exec(what) ?? []
        expect(fields, what).toContain(member)
      }
      expect(outcomes.taken).toBeGreaterThan(2)
      expect(outcomes.refused).toBeGreaterThan(20)
    })

    it.each([
      ['malformed JSON', '{"name":', {}, 400],
      ['two values', '{}{}', {}, 400],
      ['what is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400],
      ['a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['a text', '{}', { 'content-type': 'text/plain' }, 415],
      ['a merge patch', '{}', { 'content-type': 'application/merge-patch+json' }, 415],
      ['JSON in another charset', '{}', { 'content-type': 'application/json; charset=utf-16' }, 415],
      ['compressed JSON', '{}', { 'content-encoding': 'gzip' }, 415],
      ['no content', undefined, {}, 422],
      ['a value within 30,000 others', '['.repeat(30_000) + ']'.repeat(30_000), {}, 422],
    ])('is refused if it is %s', async (_, raw, headers, expected) => {
      const target = path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? '') as `/${string}`
      const { status } = await api.send(`${method.toUpperCase()} ${target}`, {
        ...(raw !== undefined && { raw }),
        // As a page of the console would: the gate lets no program of today send other content.
        headers: {
          'sec-fetch-site': 'same-origin',
          ...(method === 'patch' && { 'if-match': '*' }),
          ...headers,
        },
      })
      expect(status).toBe(expected)
    })
  },
)

describe.each(operations.filter(({ method }) => method === 'get'))(
  'the query of $id',
  ({ method, path, query = [] }) => {
    const values: Readonly<Record<string, readonly [value: string, fits: boolean][]>> = {
      limit: [
        ['1', true],
        ['500', true],
        ...['0', '501', '-1', '1.5', '1e1', ' 1', '', 'x', '99999999999'].map((value): [string, boolean] => [
          value,
          false,
        ]),
      ],
      cursor: ['', 'x', 'bnVsbA', 'WzEsMl0', 'W10'].map((value) => [value, false]),
      search: [
        ['', true],
        ['x'.repeat(200), true],
        ['x'.repeat(201), false],
      ],
      groupId: [
        ['x', true],
        ['', false],
        ['x'.repeat(201), false],
      ],
      keyId: [
        ['x', true],
        ['', false],
        ['x'.repeat(201), false],
      ],
    }

    it('takes the parameters that the document names, and refuses unusable values of them', async () => {
      const { parameters = [] } = described(path, method)
      const names = parameters.map((one) => resolved(api.document, one)).filter((one) => one.in === 'query')
      expect(names.map(({ name }) => name)).toEqual(query)
      for (const { name } of names) {
        for (const [value, fits] of values[name] ?? []) {
          const { status, body } = await call(
            method,
            path,
            undefined,
            `?${name}=${encodeURIComponent(value)}`,
          )
          expect(status, `${name}=${value}`).toBe(fits ? 200 : 422)
          if (!fits) expect(body.errors).toMatchObject([{ field: name }])
        }
      }
    })

    it('refuses what it does not know, and what is said twice', async () => {
      for (const name of ['unknown', 'Limit', 'tenantId', '__proto__']) {
        expect((await call(method, path, undefined, `?${name}=1`)).status, name).toBe(422)
      }
      for (const name of query) {
        const { status, body } = await call(method, path, undefined, `?${name}=1&${name}=1`)
        expect([status, body.errors[0].field], name).toEqual([422, name])
      }
    })
  },
)

describe('an id', () => {
  it.each([
    ['%20', 404],
    ['%ff', 404],
    ['..%2fgroups', 404],
    ["1'%20or%20'1", 404],
    ['x'.repeat(200), 404],
    ['x'.repeat(201), 422],
    ['%00', 422],
  ])('such as %s is %d', async (id, expected) => {
    for (const line of [`GET /keys/${id}`, `DELETE /groups/${id}`, `POST /keys/${id}/deactivate`] as const) {
      expect((await api.send(line)).status, line).toBe(expected)
    }
  })
})

describe('operations with nothing to say', () => {
  it.each(operations.filter(isSilent))(
    '$id refuses content that would not count, before it does anything',
    async ({ method, path }) => {
      for (const content of [{ version: 1 }, [], 'x', null]) {
        expect((await call(method, path, content)).status, JSON.stringify(content)).toBe(422)
      }
    },
  )
})
