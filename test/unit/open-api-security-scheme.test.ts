import {
  bearerCredentials,
  type CredentialFormat,
  headerCredentials,
  openApiSecurityScheme,
  restApiKeyCredentials,
} from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

it.each([
  ['rest_api_key', restApiKeyCredentials()],
  ['nothing', undefined],
])('describes the default format if given %s', (_, format) => {
  expect(openApiSecurityScheme(format)).toEqual({
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'A REST API key: Authorization: rest_api_key={Reference ID}',
  })
})

it('describes a header of its own, as it was written', () => {
  expect(openApiSecurityScheme(headerCredentials('X-Api-Key'))).toEqual({
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description: 'A REST API key: X-Api-Key: {Reference ID}',
  })
})

it('describes a Bearer token with the scheme that OpenAPI has for it', () => {
  expect(openApiSecurityScheme(bearerCredentials())).toEqual({
    type: 'http',
    scheme: 'bearer',
    description: 'A REST API key: Authorization: Bearer {Reference ID}',
  })
})

it('describes a format of a header of its own, whatever its name, as a header', () => {
  const format = { ...headerCredentials('X-Token'), name: 'bearer' }
  expect(openApiSecurityScheme(format)).toMatchObject({ type: 'apiKey', name: 'X-Token' })
})

it.each([restApiKeyCredentials(), headerCredentials('x-api-key'), bearerCredentials()])(
  'cannot be changed: $form',
  (format) => {
    expect(Object.isFrozen(openApiSecurityScheme(format))).toBe(true)
  },
)

it.each([
  ['null', null],
  ['a name', canary],
  ['a list', [restApiKeyCredentials()]],
  ['another object', { header: canary }],
])('refuses %s', (_, format) => {
  expectRefusal(
    () => openApiSecurityScheme(format as unknown as CredentialFormat),
    'invalid_option',
    '"openApiSecurityScheme(credentials)"',
    'headerCredentials(name)',
  )
})
