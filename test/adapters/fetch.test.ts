import { authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth } from 'rest-api-key/fetch'
import { describe, expect, it } from 'vitest'

const authorizer = createAuthorizer({
  store: memoryStore({ keys: [{ id: 'own', referenceId: 'OWN', tenantId: 'acme' }] }),
})

/** The answer to a request with a key where a handler gives one, without a key where `onDenied` does. */
const asked: [by: string, ask: (response: Response) => Promise<Response>][] = [
  [
    'of the handler',
    (response) => {
      const guarded = apiKeyAuth(authorizer, { tenant: 'acme' })(() => response)
      return guarded(
        new Request('http://127.0.0.1/', { headers: { authorization: authorizationFor('OWN') } }),
      )
    },
  ],
  [
    'of onDenied',
    (response) => {
      const options: ApiKeyAuthOptions = { tenant: 'acme', onDenied: () => response }
      return apiKeyAuth(authorizer, options)(() => new Response('passed'))(new Request('http://127.0.0.1/'))
    },
  ],
]

describe.each(asked)('a response %s', (_, ask) => {
  it.each<[what: string, vary: string | undefined, merged: string]>([
    ['without a Vary', undefined, 'authorization'],
    ['with a Vary of its own', 'Accept', 'Accept, authorization'],
    ['that lists everything', '*', '*'],
  ])('keeps its identity: one %s', async (_, vary, merged) => {
    const response = new Response('own', { status: 418, ...(vary && { headers: { vary } }) })
    expect(await ask(response)).toBe(response)
    expect(response.headers.get('vary')).toBe(merged)
  })

  it('is copied if it is an immutable redirect', async () => {
    const { status, headers } = await ask(Response.redirect('https://example.com/', 302))
    expect(status).toBe(302)
    expect([...headers]).toEqual([
      ['location', 'https://example.com/'],
      ['vary', 'authorization'],
    ])
  })

  it('is copied if it is an immutable one that was fetched', async () => {
    const response = await ask(await fetch('data:text/plain,own'))
    expect([response.status, response.statusText]).toEqual([200, 'OK'])
    expect(response.headers.get('vary')).toBe('authorization')
    expect(await response.text()).toBe('own')
  })
})
