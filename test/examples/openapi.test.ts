import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curlLinesIn } from '../support/curl.js'
import { type RunningServer, startServer } from '../support/script.js'

interface Document {
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> }
  readonly security?: readonly object[]
  readonly paths: Readonly<Record<string, { readonly get: { readonly security?: readonly object[] } }>>
}

describe.each(['fastify', 'hono'])('the OpenAPI example with %s', (framework) => {
  let server: RunningServer
  let document: Document

  beforeAll(async () => {
    server = await startServer('examples/openapi/server.ts', framework)
    const response = await fetch(`${server.url}/openapi.json`)
    document = (await response.json()) as Document
  })
  afterAll(() => server.stop('SIGTERM'))

  it('serves a valid document', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...document })).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('says how the key is sent, and that the operation wants one', () => {
    expect(document.components.securitySchemes).toEqual({
      restApiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'A REST API key: Authorization: rest_api_key={Reference ID}',
      },
    })
    const { security = document.security } = document.paths['/incidents']?.get ?? {}
    expect(security).toEqual([{ restApiKey: [] }])
  })

  it('answers the curl lines that it prints as it says', async () => {
    const lines = curlLinesIn(server.output)
    expect(lines.map(({ status }) => status)).toEqual([200, 200, 401])
    for (const { comment, status, send } of lines) expect((await send()).status, comment).toBe(status)
  })

  it('lists the incidents of the tenant of the key', async () => {
    const line = curlLinesIn(server.output)[1]
    expect(await (await line?.send())?.json()).toMatchObject([{ id: 'INC-1', title: 'Mail is late' }])
  })
})
