import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/console/api/operations.js'
import { basePath, jdoe, openApi, type TestApi } from './support.js'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...api.document })).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('has schemas that a strict reader understands', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false })
    addFormats.default(ajv)
    const { schemas } = api.document.components
    for (const [name, schema] of Object.entries(schemas))
      ajv.addSchema(schema, `#/components/schemas/${name}`)
    for (const name of Object.keys(schemas))
      expect(() => ajv.getSchema(`#/components/schemas/${name}`)).not.toThrow()
  })

  it('names the path at which the API is, as browsers and programs see it', () => {
    expect(api.document.servers).toEqual([{ url: `${basePath}/api` }])
    const [server] = api.document.servers
    expect(new URL(server?.url ?? '', `${api.url}/openapi.json`).href).toBe(api.url)
  })

  it('has every operation of a manager but the import of files, and who is signed in', () => {
    const methods = Object.keys(api.manager.as(jdoe)).filter((name) => name !== 'importKeys')
    expect(idsIn()).toEqual([...methods, 'getActor'].sort())
    expect(idsIn()).toEqual(operations.map(({ id }) => id).sort())
  })

  it('gives every POST a content, because a generated client names a type of content with none else', () => {
    const posts = Object.values(api.document.paths).flatMap(({ post }) => post ?? [])
    for (const { operationId, requestBody } of posts) {
      expect(requestBody, operationId).toMatchObject({ required: true, content: { 'application/json': {} } })
    }
    expect(posts).toHaveLength(6)
  })

  it('uses every schema, parameter and header that it describes', () => {
    const text = JSON.stringify(api.document)
    for (const [kind, named] of Object.entries(api.document.components)) {
      const unused = Object.keys(named).filter((name) => !text.includes(`"#/components/${kind}/${name}"`))
      expect(unused, kind).toEqual([])
    }
  })

  it('describes no digest', () => {
    expect(JSON.stringify(api.document)).not.toMatch(/digest/i)
  })
})

function idsIn(): string[] {
  const all = Object.values(api.document.paths).flatMap((path) => Object.values(path))
  return all.map(({ operationId }) => operationId).sort()
}

describe('every path', () => {
  const paths = [...new Set([...operations.map(({ path }) => path), '/openapi.json'])]
  const methodsOf = (path: string) =>
    path === '/openapi.json'
      ? ['GET']
      : operations.filter((one) => one.path === path).map(({ method }) => method.toUpperCase())

  it.each(paths)('%s knows its methods and refuses others with the list of them', async (path) => {
    const known = methodsOf(path)
    const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'].filter(
      (one) => !known.includes(one),
    )) {
      const { status, headers, body } = await api.send(`${method} ${path as `/${string}`}`)
      expect([status, body.code, headers.get('allow')], method).toEqual([405, 'method_not_allowed', allow])
    }
    const options = await api.send(`OPTIONS ${path as `/${string}`}`)
    expect([options.status, options.text, options.headers.get('allow')]).toEqual([204, '', allow])
  })

  it.each(paths.filter((path) => methodsOf(path).includes('GET')))(
    '%s answers HEAD as GET without content',
    async (path) => {
      const get = await api.send(`GET ${path as `/${string}`}`)
      const head = await api.send(`HEAD ${path as `/${string}`}`)
      expect([head.status, head.text, head.headers.get('content-type')]).toEqual([
        get.status,
        '',
        get.headers.get('content-type'),
      ])
    },
  )

  it.each(['', '/', '/nothing', '/keys/1/2', '//keys', '/Keys', '/groups/1/keys', '/keys%2f1'])(
    'but "%s" is one, and is a problem for every method',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        const { status, body } = await api.send(`${method} ${path as `/${string}`}`)
        expect([status, body.code], method).toEqual([404, 'not_found'])
      }
    },
  )
})
