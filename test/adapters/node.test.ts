import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth } from 'rest-api-key/node'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { exchange, type RawResponse } from '../support/http-client.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { canary, expectRefusal } from '../support/refusals.js'

expectNoUnhandledRejections()

const authorizer = createAuthorizer({
  store: memoryStore({ keys: [{ id: 'own', referenceId: 'OWN', tenantId: 'acme' }] }),
})

async function ask(
  handler: (req: IncomingMessage, res: ServerResponse) => unknown,
  options: Partial<ApiKeyAuthOptions> = {},
  referenceId = 'OWN',
): Promise<RawResponse> {
  const server = createServer(apiKeyAuth(authorizer, { tenant: 'acme', ...options })(handler))
  onTestFinished(() => close(server))
  return exchange(await listen(server), { lines: [`Authorization: ${authorizationFor(referenceId)}`] })
}

describe('an error without onError', () => {
  const warnings: unknown[] = []
  beforeEach(() => {
    warnings.length = 0
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(warning))
  })
  afterEach(() => vi.restoreAllMocks())

  it.each<[what: string, error: unknown, warning: unknown]>([
    ['an error', new RangeError('the route failed'), new RangeError('the route failed')],
    ['a text', 'the route failed', 'the route failed'],
    ['nothing', undefined, 'undefined'],
  ])('is a 500 without a body and a warning: %s', async (_, error, warning) => {
    const response = await ask(async () => Promise.reject(error))
    expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
    expect(response.header('content-length')).toBe('0')
    expect(warnings).toEqual([warning])
  })

  it('ends the connection if the answer has begun', async () => {
    const failure = new Error('the route failed')
    const answered = ask((_, res) => {
      res.writeHead(200, { 'content-length': 5 }).write('be')
      throw failure
    })
    await expect(answered).rejects.toThrow('The connection ended')
    expect(warnings).toEqual([failure])
  })
})

it('leaves an answer to onDenied that has begun', async () => {
  const onError = vi.fn()
  const onDenied: ApiKeyAuthOptions['onDenied'] = (_, __, res) => {
    const response = res as ServerResponse
    response.writeHead(404, { 'content-length': 5 }).write('be')
    setImmediate(() => response.end('gun'))
  }
  const { status, body } = await ask(() => {}, { onDenied, onError }, 'UNKNOWN')
  expect({ status, body }).toEqual({ status: 404, body: 'begun' })
  expect(onError).not.toHaveBeenCalled()
})

it('names an onError that is wrong', () => {
  const create = () => apiKeyAuth(authorizer, { tenant: 'acme', onError: canary as never })
  expectRefusal(create, 'invalid_option', '"onError" must be a function, not a string')
})
