import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/console/api/operations.js'
import { type DescribedOperation, resolved, type Schema, validatorOf } from './checked-against.js'
import { type Answered, openApi, type TestApi, withKey } from './support.js'

// Requests made from the document alone; every answer is checked against it too, see `checked-against.ts`.

let api: TestApi
let ids: Readonly<Record<string, string>>
let faultsOf: ReturnType<typeof validatorOf>

beforeAll(async () => {
  api = await openApi()
  const { group, key } = await withKey(api)
  ids = { groupId: group.id, keyId: key.id }
  faultsOf = validatorOf(api.document)
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

/** A value that fits the schema. */
function sample(schema: Schema, name: string): unknown {
  if (ids[name] !== undefined) return ids[name]
  if (schema.examples !== undefined) return schema.examples[0]
  const [type] = [schema.type].flat()
  if (type === 'boolean') return true
  if (type === 'object') return { plan: 'gold', seats: 3 }
  if ('format' in schema) return '2030-01-31T12:00:00+02:00'
  return 'jdoe'
}

const anything = [null, true, 7, 'text', '', [], ['text'], [null], {}, { a: 1 }]

describe.each(operations)('$id', ({ id, method, path, answers }) => {
  it('answers a request that fits as the document says', async () => {
    const { group, key } = await withKey(api)
    const empty = (await api.send('POST /groups', { content: { name: 'Empty' } })).body
    ids = { groupId: id === 'deleteGroup' ? empty.id : group.id, keyId: key.id }
    const { content } = described(path, method).requestBody ?? {}
    const schema = content?.['application/json']?.schema
    const { status } = await call(method, path, schema && contentsFor(resolved(api.document, schema))[0]?.[1])
    expect(Object.keys(answers)).toContain(String(status))
  })
})

type Case = readonly [what: string, content: unknown]

/** A content that fits the schema, and contents that differ from it in one place. */
function contentsFor({ properties = {}, oneOf = [] }: Schema): Case[] {
  const names = Object.keys(properties)
  // Of alternatives, one at a time.
  const choices = oneOf.length === 0 ? [names] : oneOf.map(({ required }) => without(names, oneOf, required))
  return [
    ...choices.flatMap((chosen) =>
      variantsOf(Object.fromEntries(chosen.map((n) => [n, properties[n] ?? {}]))),
    ),
    [
      'everything at once',
      Object.fromEntries(names.map((name) => [name, sample(properties[name] ?? {}, name)])),
    ],
    ['nothing', {}],
    ...anything.map((value): Case => [JSON.stringify(value), value]),
  ]
}

function without(names: string[], oneOf: Required<Schema>['oneOf'], kept: readonly string[]): string[] {
  const left = oneOf.flatMap(({ required }) => required).filter((name) => !kept.includes(name))
  return names.filter((name) => !left.includes(name))
}

function variantsOf(properties: Readonly<Record<string, Schema>>): Case[] {
  const all = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, sample(property, name)]),
  )
  const unknown = ['unknown', 'version', 'tenant', 'digest', '__proto__', 'Description']
  return [
    ['everything', all],
    ...Object.keys(all).map((name): Case => {
      const { [name]: _, ...rest } = all
      return [`everything but ${name}`, rest]
    }),
    ...Object.entries(properties).flatMap(([name, property]) =>
      [...anything, ...lengthsFor(property)].map((value): Case => {
        return [`${name}: ${JSON.stringify(value).slice(0, 20)}`, { ...all, [name]: value }]
      }),
    ),
    ...unknown.map((name): Case => {
      return [`with ${name}`, JSON.parse(`{ "${name}": "x", ${JSON.stringify(all).slice(1)}`)]
    }),
  ]
}

function lengthsFor({ maxLength }: Schema): string[] {
  return maxLength === undefined ? [] : ['x'.repeat(maxLength), 'x'.repeat(maxLength + 1)]
}

/** What JSON Schema cannot say: the group must be there, a rule must be an address, exactly one of two members. */
const beyondSchema = /^(?:groupId: "|allowedIps: \["text"\]|expiresAt|referenceId: ")/

describe.each(operations.filter(({ content }) => content !== undefined))(
  'the content of $id',
  ({ method, path }) => {
    it('is taken if it fits the schema, and refused with the faulty member if not', async () => {
      const schema = described(path, method).requestBody?.content['application/json']?.schema as Schema
      const contents = contentsFor(resolved(api.document, schema))
      const outcomes = { taken: 0, refused: 0 }
      for (const [what, content] of contents) {
        const fits = faultsOf(schema, content).length === 0
        const { status, body } = await call(method, path, content)
        if (fits && beyondSchema.test(what) && status >= 400) continue
        expect(status < 300, `${what} ${status} ${JSON.stringify(body)}`).toBe(fits)
        if (fits) outcomes.taken++
        else {
          outcomes.refused++
          expect([status, body.code], what).toEqual([422, 'invalid_input'])
          expect(body.errors.length, what).toBeGreaterThan(0)
          const [, member] = /^(\w+): /.exec(what) ?? []
          if (member)
            expect(body.errors.map(({ field }: { field: string }) => field.split('[')[0])).toContain(member)
        }
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

describe('operations without content', () => {
  const silent = operations.filter(({ method, content }) => method !== 'get' && content === undefined)

  it.each(silent)(
    '$id refuses content that would not count, before it does anything',
    async ({ method, path }) => {
      for (const content of [{ version: 1 }, [], 'x', null]) {
        const { status } = await call(method, path, content)
        // `null` is no content to a manager, and none to its caller.
        expect(status, JSON.stringify(content)).toBe(content === null ? status : 422)
      }
    },
  )
})
