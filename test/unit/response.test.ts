import { bearerCredentials, headerCredentials, restApiKeyCredentials } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { parseCredentials } from '../../src/credentials.js'
import type { DenialReason } from '../../src/decision.js'
import { createResponses } from '../../src/response.js'

const responses = createResponses('api', parseCredentials('credentials', restApiKeyCredentials()))
const reasons = Object.keys(responses) as DenialReason[]

const required = 'A REST API key is required: Authorization: rest_api_key={Reference ID}'
const notAuthorized = 'Not authorized: the REST API key does not belong to this tenant/IP.'

describe('the response', () => {
  it.each<[reason: DenialReason, status: number, title: string, code: string, detail: string]>([
    ['missing_credentials', 401, 'Unauthorized', 'missing_credentials', required],
    ['malformed_credentials', 401, 'Unauthorized', 'malformed_credentials', required],
    ['unknown_key', 401, 'Unauthorized', 'not_authorized', notAuthorized],
    ['deactivated', 401, 'Unauthorized', 'not_authorized', notAuthorized],
    ['expired', 401, 'Unauthorized', 'not_authorized', notAuthorized],
    ['wrong_tenant', 401, 'Unauthorized', 'not_authorized', notAuthorized],
    ['ip_not_allowed', 401, 'Unauthorized', 'not_authorized', notAuthorized],
    [
      'role_not_allowed',
      403,
      'Forbidden',
      'role_not_allowed',
      'The role of this REST API key may not use this endpoint.',
    ],
    [
      'store_unavailable',
      503,
      'Service Unavailable',
      'temporarily_unavailable',
      'REST API keys cannot be checked at the moment. Try again.',
    ],
  ])('to %s', (reason, status, title, code, detail) => {
    const response = responses[reason]
    expect(response.status).toBe(status)
    expect(JSON.parse(response.body)).toEqual({ title, status, detail, code, message: [detail] })
    expect(response.headers).toEqual({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'authorization',
      ...(status === 401 && { 'www-authenticate': 'rest_api_key realm="api"' }),
      ...(status === 503 && { 'retry-after': '2' }),
    })
  })

  it('is the very same for every reason that would tell a thief something', () => {
    const alike: readonly DenialReason[] = [
      'unknown_key',
      'deactivated',
      'expired',
      'wrong_tenant',
      'ip_not_allowed',
    ]
    for (const reason of alike) expect(responses[reason]).toBe(responses.unknown_key)
  })

  it.each(reasons)('to %s is frozen and fits into a Fetch Response', async (reason) => {
    const response = responses[reason]
    expect([responses, response, response.headers].every(Object.isFrozen)).toBe(true)
    const { status, headers, body } = response
    const fetched = new Response(body, { status, headers })
    expect(fetched.status).toBe(status)
    expect(await fetched.text()).toBe(body)
  })

  it.each(reasons)(
    'to %s has no member "value", which clients of the original product read as data',
    (reason) => {
      expect(JSON.parse(responses[reason].body)).not.toHaveProperty('value')
    },
  )

  it('has one challenge for each format, one "Vary" for each header, and says each form', () => {
    const formats = [restApiKeyCredentials(), bearerCredentials(), headerCredentials('X-Api-Key')]
    const { missing_credentials: missing } = createResponses(
      'the realm',
      parseCredentials('credentials', formats),
    )
    expect(missing.headers['www-authenticate']).toBe(
      'rest_api_key realm="the realm", Bearer realm="the realm", ApiKey realm="the realm", header="x-api-key"',
    )
    expect(missing.headers.vary).toBe('authorization, x-api-key')
    expect(JSON.parse(missing.body).detail).toBe(
      'A REST API key is required: Authorization: rest_api_key={Reference ID} or ' +
        'Authorization: Bearer {Reference ID} or X-Api-Key: {Reference ID}',
    )
  })
})
