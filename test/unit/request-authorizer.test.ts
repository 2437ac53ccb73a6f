import { promiseHooks } from 'node:v8'
import {
  createAuthorizer,
  type DecisionFacts,
  type RestApiKeyErrorCode,
  tenantFromHeader,
} from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import {
  createRequestAuthorizer,
  onDeniedError,
  type RequestAuthorizerOptions,
  type RequestReader,
  requestAuthorization,
} from '../../src/request-authorizer.js'
import { createTenantResolver } from '../../src/tenant.js'
import { linesOf } from '../support/header-lines.js'
import { recordOf } from '../support/key-requests.js'
import { canary, expectRefusal } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

type Options = RequestAuthorizerOptions<unknown> & { readonly onDenied?: unknown }

const store = answeringStore(async () => recordOf('id'))
const reader: RequestReader<unknown> = {
  headerLines: () => linesOf({ authorization: 'rest_api_key=id', 'x-tenant': 'acme' }),
  ip: () => '192.0.2.7',
  host: () => undefined,
  param: () => undefined,
}

describe('an option that is wrong', () => {
  it.each<[what: string, options: unknown, code: RestApiKeyErrorCode, message: string]>([
    ['no options', undefined, 'invalid_option', '"apiKeyAuth options" must be an object, not undefined'],
    [
      'a mistyped one',
      { tenant: 'acme', optionl: true },
      'unknown_option',
      '"optionl" is not an option of apiKeyAuth; it knows "tenant", "ip", "optional", "onDenied"',
    ],
    ...[
      [undefined, 'undefined'],
      ['', 'an empty string'],
      [[canary], 'an array'],
      [{ canary }, 'an object'],
    ].map(([tenant, shown]): [string, unknown, RestApiKeyErrorCode, string] => [
      `${shown} for a tenant`,
      { tenant },
      'invalid_option',
      `"tenant" must be a tenant id, a function of the request, tenantFromHeader(), tenantFromSubdomain(), tenantFromParam() or tenantFromKey, not ${shown}`,
    ]),
    [
      'a text for an address',
      { tenant: 'acme', ip: canary },
      'invalid_option',
      '"ip" must be a function, not a string',
    ],
    [
      'a text for optional',
      { tenant: 'acme', optional: canary },
      'invalid_option',
      '"optional" must be true or false, not a string',
    ],
    [
      'a text for onDenied',
      { tenant: 'acme', onDenied: canary },
      'invalid_option',
      '"onDenied" must be a function, not a string',
    ],
  ])('is named: %s', (_, options, code, message) => {
    const create = () => createRequestAuthorizer(createAuthorizer({ store }), options as Options, reader)
    expectRefusal(create, code, message)
  })

  it.each([
    [undefined, 'undefined'],
    [{ canary }, 'an object'],
  ])('is named: %s for an authorizer', (authorizer, shown) => {
    const create = () => createRequestAuthorizer(authorizer as never, { tenant: 'acme' }, reader)
    const message = `"authorizer" must be made by createAuthorizer(), not ${shown}`
    expectRefusal(create, 'invalid_option', message)
  })
})

describe('an address', () => {
  it.each<[what: string, ip: () => unknown, known: string | undefined]>([
    ['is known', () => '192.0.2.9', '192.0.2.9'],
    ['is unknown if it is undefined', () => undefined, undefined],
    ['is unknown if it is no address', () => 'localhost', undefined],
    ['is unknown if it is a number', () => 3_221_225_993, undefined],
    ['is unknown if it is a list', () => ['192.0.2.9'], undefined],
    ['is unknown if it is a promise', async () => '192.0.2.9', undefined],
    [
      'is unknown if finding it out fails',
      () => {
        throw new Error('no address')
      },
      undefined,
    ],
  ])('%s', async (_, ip, known) => {
    const outcomes: [reason: string, ip: string | undefined][] = []
    for (const allowedIps of [undefined, ['192.0.2.9'], ['0.0.0.0/0', '::/0']]) {
      const authorizer = createAuthorizer({
        store: answeringStore(async () => recordOf('id', { ...(allowedIps && { allowedIps }) })),
        onDecision: (decision, facts: DecisionFacts) =>
          outcomes.push([decision.allowed ? 'allowed' : decision.reason, facts.ip]),
      })
      await createRequestAuthorizer(authorizer, { tenant: 'acme', ip: ip as () => string }, reader)({})
    }
    const listed = known === undefined ? 'ip_not_allowed' : 'allowed'
    expect(outcomes).toEqual([
      ['allowed', known],
      [listed, known],
      [listed, known],
    ])
  })
})

describe('Vary', () => {
  it.each<[what: string, tenant: Options['tenant'], vary: string]>([
    ['the credentials', 'acme', 'authorization'],
    ['the header of the tenant', tenantFromHeader('x-tenant'), 'authorization, x-tenant'],
    [
      'every header of the tenant',
      createTenantResolver(() => 'acme', ['x-tenant', 'x-region']),
      'authorization, x-tenant, x-region',
    ],
  ])('names %s', async (_, tenant, vary) => {
    const authorize = createRequestAuthorizer(createAuthorizer({ store }), { tenant }, reader)
    expect(await authorize({})).toMatchObject({ decision: { allowed: true }, vary })
  })
})

it.each<[what: string, beside: readonly unknown[] | undefined, given: readonly unknown[]]>([
  ['the request alone', undefined, ['request']],
  [
    'the request and what the framework gives beside it',
    [{ waitUntil: 1 }, 2],
    ['request', { waitUntil: 1 }, 2],
  ],
])('gives functions of the options %s', async (_, beside, given) => {
  const seen: unknown[] = []
  const options = {
    tenant: (...args: readonly unknown[]) => {
      seen.push(['tenant', ...args])
      return 'acme'
    },
    ip: (...args: readonly unknown[]) => {
      seen.push(['ip', ...args])
      return '192.0.2.7'
    },
  }
  await createRequestAuthorizer(createAuthorizer({ store }), options, reader)('request', beside)
  expect(seen).toEqual([
    ['ip', ...given],
    ['tenant', ...given],
  ])
})

it('makes no promise for a request whose key is in the cache', async () => {
  const authorize = createRequestAuthorizer(createAuthorizer({ store }), { tenant: () => 'acme' }, reader)
  await authorize({})
  let promises = 0
  const stop = promiseHooks.onInit(() => {
    promises++
  })
  const authorized = authorize({})
  stop()
  expect(authorized).toMatchObject({ decision: { allowed: true } })
  expect(promises).toBe(0)
})

it('leaves the outcome where another copy of the package finds it', () => {
  expect(requestAuthorization).toBe(Symbol.for('rest-api-key.request-authorization'))
})

it.each([
  [new Error(canary), 'an object'],
  [canary, 'a string'],
  [undefined, 'undefined'],
])('says of a failing onDenied what it threw, and no more: %s', (error, shown) => {
  const { code, message, cause } = onDeniedError(error)
  expect({ code, message }).toEqual({ code: 'on_denied_failed', message: `"onDenied" failed (${shown})` })
  expect(cause).toBe(error)
})
