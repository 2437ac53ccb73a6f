import { Hono } from 'hono'
import {
  type Authorizer,
  type AuthorizerOptions,
  bearerCredentials,
  createAuthorizer,
  type DenialReason,
  headerCredentials,
  type KeyStore,
  memoryStore,
  restApiKeyCredentials,
  sha256Digest,
  tenantFromHeader,
  tenantFromKey,
  tenantFromParam,
  tenantFromSubdomain,
} from 'rest-api-key'
import * as forFetch from 'rest-api-key/fetch'
import * as forHono from 'rest-api-key/hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, type Framework, type Route, type RunningApi, startApi } from '../support/http-api.js'
import {
  exchange,
  headOf,
  RawConnection,
  type RawRequestParts,
  type RawResponse,
} from '../support/http-client.js'
import { frameworks } from '../support/http-frameworks.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { turn } from '../support/turn.js'

expectNoUnhandledRejections()

const own = '0123456789ABCDEF0123456789ABCDEF'
const keys = memoryStore({
  keys: [
    { id: 'own', referenceId: own, tenantId: 'acme', inRole: 'Operator' },
    { id: 'admin', referenceId: 'ADMIN', tenantId: 'acme', inRole: 'Administrator' },
    { id: 'listed', referenceId: 'LISTED', tenantId: 'acme', allowedIps: ['127.0.0.1'] },
    { id: 'deactivated', referenceId: 'DEACTIVATED', tenantId: 'acme', activated: false },
    { id: 'expired', referenceId: 'EXPIRED', tenantId: 'acme', expiresAt: new Date(0) },
    { id: 'globex', referenceId: 'GLOBEX', tenantId: 'globex' },
    { id: 'elsewhere', referenceId: 'ELSEWHERE', tenantId: 'acme', allowedIps: ['203.0.113.9'] },
  ],
})

/** Every look-up so far: malformed credentials must not cause any. */
let lookUps = 0
const store: KeyStore = {
  async findByDigest(digest, options) {
    lookUps++
    if (digest === sha256Digest()('FAILING')) throw new Error('connection refused')
    return keys.findByDigest(digest, options)
  },
}

interface Expected {
  readonly reason: DenialReason | 'allowed'
  readonly statusLine: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a group of requests has in common. */
interface Common {
  readonly challenge?: string
  readonly form?: string
  readonly vary?: string
}

/** The answers, written out. */
function answersFor({
  challenge = 'rest_api_key realm="api"',
  form = 'Authorization: rest_api_key={Reference ID}',
  vary = 'authorization',
}: Common = {}) {
  function refused(
    reason: DenialReason,
    statusLine: string,
    code: string,
    detail: string,
    more: Readonly<Record<string, string>>,
  ): Expected {
    const [status, ...title] = statusLine.split(' ')
    return {
      reason,
      statusLine: `HTTP/1.1 ${statusLine}`,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/problem+json; charset=utf-8',
        vary,
        ...more,
      },
      body: `{"title":"${title.join(' ')}","status":${status},"detail":"${detail}","code":"${code}","message":["${detail}"]}`,
    }
  }

  const challenged = { 'www-authenticate': challenge }
  const required = `A REST API key is required: ${form}`
  const notAuthorized = (reason: DenialReason) =>
    refused(
      reason,
      '401 Unauthorized',
      'not_authorized',
      'Not authorized: the REST API key does not belong to this tenant/IP.',
      challenged,
    )
  return {
    passes: (keyId: string | null, tenantId = 'acme'): Expected => ({
      reason: 'allowed',
      statusLine: 'HTTP/1.1 200 OK',
      headers: { vary },
      body: keyId === null ? 'anonymous' : `${keyId} of ${tenantId}`,
    }),
    missing: refused('missing_credentials', '401 Unauthorized', 'missing_credentials', required, challenged),
    malformed: refused(
      'malformed_credentials',
      '401 Unauthorized',
      'malformed_credentials',
      required,
      challenged,
    ),
    unknown: notAuthorized('unknown_key'),
    deactivated: notAuthorized('deactivated'),
    expired: notAuthorized('expired'),
    wrongTenant: notAuthorized('wrong_tenant'),
    wrongIp: notAuthorized('ip_not_allowed'),
    wrongRole: refused(
      'role_not_allowed',
      '403 Forbidden',
      'role_not_allowed',
      'The role of this REST API key may not use this endpoint.',
      {},
    ),
    unavailable: refused(
      'store_unavailable',
      '503 Service Unavailable',
      'temporarily_unavailable',
      'REST API keys cannot be checked at the moment. Try again.',
      { 'retry-after': '2' },
    ),
  }
}

type Row = readonly [name: string, request: RawRequestParts, expected: Expected]

interface Group {
  readonly name: string
  readonly api: (framework: Framework) => Omit<Api, 'authorizer'>
  readonly options?: Omit<AuthorizerOptions, 'store'>
  readonly rows: readonly Row[]
}

/** One header line with a key. */
const key = (referenceId: string) => `Authorization: rest_api_key=${referenceId}`
const sent = (...lines: string[]): RawRequestParts => ({ lines })

const is = answersFor()

/** Values of one `Authorization` line, as they are sent. */
const malformedValues = [
  'rest_api_key',
  'rest_api_key=',
  `rest_api_key ${own}`,
  `rest_api_key= ${own}`,
  `rest_api_key =${own}`,
  `rest_api_key\t=${own}`,
  `rest_api_key==${own}`,
  `rest_api_key=${own}=`,
  `rest_api_key="${own}"`,
  `rest_api_key='${own}'`,
  `"rest_api_key=${own}"`,
  `'rest_api_key=${own}'`,
  `rest_api_key={${own}}`,
  `rest_api_key:${own}`,
  `rest_api_key=${own},`,
  `,rest_api_key=${own}`,
  `rest_api_key=${own};`,
  `rest_api_key=${own} ADMIN`,
  `rest_api_key=${own}, rest_api_key=${own}`,
  `rest_api_key=${own}, Bearer abc`,
  `Bearer abc, rest_api_key=${own}`,
  `Bearer abc,\trest_api_key=${own}`,
  `rest_api_key=${own.replace('A', '%41')}`,
  `rest_api_key%3D${own}`,
  `rest_api_key=${own.slice(0, 16)} ${own.slice(16)}`,
  `rest_api_key=${own.slice(0, 16)}\t${own.slice(16)}`,
  `rest_api_key=${own}/`,
  `rest_api_key=${own}+`,
  `rest_api_key=${own}é`,
  `rest_api_key=\u00a0${own}`,
  `rest_api_key=${own}\u00a0`,
  `\u00a0rest_api_key=${own}`,
  `rest_api_key\u00a0=${own}`,
  `rest_api_key=${'A'.repeat(257)}`,
  `rest_api_key${'='.repeat(8_000)}`,
  '='.repeat(8_000),
  `rest_api_key_2=${own}`,
  `rest_api_keys=${own}`,
  `rest-api-key=${own}`,
  `restapikey=${own}`,
  `rest_api_\u00e2\u0084\u00aaey=${own}`,
  `api_key=${own}`,
  `=${own}`,
  `${own}=rest_api_key`,
  `rest_api_key=${own}#`,
  `Basic\tabc`,
  `Bearer,abc`,
  `(Bearer) abc`,
  ',',
  '"',
]

const missingValues = [
  '',
  ' ',
  '\t \t',
  own,
  'Bearer',
  'Bearer abc',
  'Bearer abc, Basic def',
  'Basic cmVzdF9hcGlfa2V5',
  'bearer abc',
  'Digest username="rest_api_key"',
  `ApiKey rest_api_key=${own}`,
  `Bearer rest_api_key=${own}`,
  `rest rest_api_key=${own}`,
]

const groups: readonly Group[] = [
  {
    name: 'with the default options',
    api: () => ({ tenant: 'acme' }),
    rows: [
      ['lets its own key pass', sent(key(own)), is.passes('own')],
      ['lets a key pass from a listed address', sent(key('LISTED')), is.passes('listed')],
      ['takes the name in capitals', sent(`Authorization: REST_API_KEY=${own}`), is.passes('own')],
      ['takes the header in capitals', sent(`AUTHORIZATION: rest_api_key=${own}`), is.passes('own')],
      ['takes the header in lower case', sent(`authorization:rest_api_key=${own}`), is.passes('own')],
      [
        'strips spaces and tabs at the ends',
        sent(`Authorization: \t rest_api_key=${own} \t `),
        is.passes('own'),
      ],
      ['refuses a request without a key', sent(), is.missing],
      ['takes an id as it is written', sent(key(own.toLowerCase())), is.unknown],
      ['takes every character of an id', sent(key('AZaz09-._~')), is.unknown],
      ['takes an id of 256 characters', sent(key('A'.repeat(256))), is.unknown],
      ...missingValues.map(
        (value): Row => [`finds no key in ${show(value)}`, sent(`Authorization: ${value}`), is.missing],
      ),
      ...malformedValues.map(
        (value): Row => [`refuses ${show(value)}`, sent(`Authorization: ${value}`), is.malformed],
      ),
      ['refuses its own key twice', sent(key(own), key(own)), is.malformed],
      ['refuses its own key and then another', sent(key(own), key('GLOBEX')), is.malformed],
      ['refuses another key and then its own', sent(key('GLOBEX'), key(own)), is.malformed],
      ['refuses Bearer and then its own key', sent('Authorization: Bearer abc', key(own)), is.malformed],
      ['refuses its own key and then Bearer', sent(key(own), 'Authorization: Bearer abc'), is.malformed],
      ['refuses an empty line and then its own key', sent('Authorization:', key(own)), is.malformed],
      ['refuses its own key and then an empty line', sent(key(own), 'Authorization:'), is.malformed],
      [
        'refuses two lines of other schemes',
        sent('Authorization: Bearer abc', 'Authorization: Basic def'),
        is.malformed,
      ],
      ['refuses two empty lines', sent('Authorization:', 'Authorization:'), is.malformed],
      [
        'refuses two lines in different letters',
        sent(key(own), `aUTHORIZATION: rest_api_key=${own}`),
        is.malformed,
      ],
      ['refuses two lines far apart', sent(key(own), 'X-One: 1', 'X-Two: 2', key(own)), is.malformed],
      [
        'reads no other header',
        sent(`Proxy-Authorization: rest_api_key=${own}`, `X-Api-Key: ${own}`),
        is.missing,
      ],
      ['reads no query', { target: `/whoami?rest_api_key=${own}` }, is.missing],
      ['refuses an unknown key', sent(key('UNKNOWN')), is.unknown],
      ['refuses a deactivated key', sent(key('DEACTIVATED')), is.deactivated],
      ['refuses an expired key', sent(key('EXPIRED')), is.expired],
      ['refuses a key of another tenant', sent(key('GLOBEX')), is.wrongTenant],
      ['refuses a key from an unlisted address', sent(key('ELSEWHERE')), is.wrongIp],
      ['answers 503 if the store fails', sent(key('FAILING')), is.unavailable],
      ['lets a role pass', { target: '/admin', lines: [key('ADMIN')] }, is.passes('admin')],
      ['refuses another role', { target: '/admin', lines: [key(own)] }, is.wrongRole],
      ['refuses a key without a role', { target: '/admin', lines: [key('LISTED')] }, is.wrongRole],
      ['asks for a key before it asks for a role', { target: '/admin' }, is.missing],
      ['refuses an unknown path too', { target: '/unknown' }, is.missing],
      ['refuses OPTIONS too', { method: 'OPTIONS' }, is.missing],
      [
        'lets a body pass',
        { method: 'POST', target: '/echo', lines: [key(own)], body: 'hello' },
        { ...is.passes(null), body: 'hello' },
      ],
      ['refuses a body', { method: 'POST', target: '/echo', body: 'hello' }, is.missing],
    ],
  },
  {
    name: 'with optional credentials',
    api: () => ({ tenant: 'acme', optional: true }),
    rows: [
      ['lets its own key pass', sent(key(own)), is.passes('own')],
      ['lets a request without a key pass', sent(), is.passes(null)],
      ...missingValues.map(
        (value): Row => [`lets ${show(value)} pass`, sent(`Authorization: ${value}`), is.passes(null)],
      ),
      ['refuses a malformed key', sent('Authorization: rest_api_key='), is.malformed],
      ['refuses two lines', sent('Authorization: Bearer abc', 'Authorization: Basic def'), is.malformed],
      ['refuses an unknown key', sent(key('UNKNOWN')), is.unknown],
      ['refuses a key of another tenant', sent(key('GLOBEX')), is.wrongTenant],
      ['answers 503 if the store fails', sent(key('FAILING')), is.unavailable],
      ['asks an anonymous request for a key where a role is needed', { target: '/admin' }, is.missing],
      ['refuses another role', { target: '/admin', lines: [key(own)] }, is.wrongRole],
    ],
  },
  group(
    'with a header of its own beside Authorization',
    { credentials: [restApiKeyCredentials(), headerCredentials('X-Api-Key')] },
    {
      challenge: 'rest_api_key realm="api", ApiKey realm="api", header="x-api-key"',
      form: 'Authorization: rest_api_key={Reference ID} or X-Api-Key: {Reference ID}',
      vary: 'authorization, x-api-key',
    },
    (are) => [
      ['takes a key from Authorization', sent(key(own)), are.passes('own')],
      ['takes a key from the header', sent(`X-Api-Key: ${own}`), are.passes('own')],
      ['takes the header in other letters', sent(`x-aPI-kEY:\t${own} `), are.passes('own')],
      [
        'takes it beside another scheme',
        sent('Authorization: Bearer abc', `X-Api-Key: ${own}`),
        are.passes('own'),
      ],
      ['takes it beside an empty line', sent('Authorization:', `X-Api-Key: ${own}`), are.passes('own')],
      ['refuses a request without a key', sent(), are.missing],
      ['finds no key in an empty header', sent('X-Api-Key:'), are.missing],
      ['refuses the same key in two headers', sent(key(own), `X-Api-Key: ${own}`), are.malformed],
      ['refuses two keys in two headers', sent(key(own), 'X-Api-Key: GLOBEX'), are.malformed],
      [
        'refuses a malformed key beside a good one',
        sent('Authorization: rest_api_key=', `X-Api-Key: ${own}`),
        are.malformed,
      ],
      ['refuses a good key beside a malformed one', sent(key(own), 'X-Api-Key: "x"'), are.malformed],
      ['refuses the header twice', sent(`X-Api-Key: ${own}`, `X-Api-Key: ${own}`), are.malformed],
      ['refuses an empty line of it and then a key', sent('X-Api-Key:', `X-Api-Key: ${own}`), are.malformed],
      ['refuses a key and then an empty line of it', sent(`X-Api-Key: ${own}`, 'X-Api-Key:'), are.malformed],
      ['refuses a list', sent(`X-Api-Key: ${own}, ${own}`), are.malformed],
      ['refuses the other form in it', sent(`X-Api-Key: rest_api_key=${own}`), are.malformed],
      ['refuses an unknown key', sent('X-Api-Key: UNKNOWN'), are.unknown],
      ['refuses a key of another tenant', sent('X-Api-Key: GLOBEX'), are.wrongTenant],
      ['answers 503 if the store fails', sent('X-Api-Key: FAILING'), are.unavailable],
      ['refuses another role', { target: '/admin', lines: [`X-Api-Key: ${own}`] }, are.wrongRole],
    ],
  ),
  group(
    'with a header of its own only',
    { credentials: headerCredentials('x-api-key') },
    {
      challenge: 'ApiKey realm="api", header="x-api-key"',
      form: 'x-api-key: {Reference ID}',
      vary: 'x-api-key',
    },
    (are) => [
      ['takes a key from the header', sent(`X-Api-Key: ${own}`), are.passes('own')],
      ['does not read Authorization', sent(key(own)), are.missing],
      [
        'does not mind what is in Authorization',
        sent(key('A'), key('B'), `X-Api-Key: ${own}`),
        are.passes('own'),
      ],
      ['refuses the header twice', sent(`X-Api-Key: ${own}`, `X-Api-Key: ${own}`), are.malformed],
    ],
  ),
  group(
    'with Bearer too',
    { credentials: [restApiKeyCredentials(), bearerCredentials()] },
    {
      challenge: 'rest_api_key realm="api", Bearer realm="api"',
      form: 'Authorization: rest_api_key={Reference ID} or Authorization: Bearer {Reference ID}',
    },
    (are) => [
      ['takes a key as its own scheme', sent(key(own)), are.passes('own')],
      ['takes a key as a Bearer token', sent(`Authorization: bEARER ${own}`), are.passes('own')],
      ['refuses both', sent(key(own), `Authorization: Bearer ${own}`), are.malformed],
      ['refuses both in one line', sent(`Authorization: Bearer ${own}, rest_api_key=${own}`), are.malformed],
      ['refuses a Bearer token that is no Reference ID', sent('Authorization: Bearer a/b'), are.malformed],
      ['finds no key in another scheme', sent('Authorization: Basic abc'), are.missing],
      ['refuses an unknown Bearer token', sent('Authorization: Bearer UNKNOWN'), are.unknown],
    ],
  ),
  group(
    'with a realm',
    { realm: "Incidents & more, 'quoted'" },
    { challenge: `rest_api_key realm="Incidents & more, 'quoted'"` },
    (are) => [
      ['names it to a request without a key', sent(), are.missing],
      ['names it to a malformed one', sent(key('')), are.malformed],
      ['names it to an unknown one', sent(key('UNKNOWN')), are.unknown],
      ['names it to no failing store', sent(key('FAILING')), are.unavailable],
    ],
  ),
  tenantGroup(
    'tenantFromHeader',
    { tenant: tenantFromHeader('X-Tenant') },
    { vary: 'authorization, x-tenant' },
    (are) => [
      ['takes the tenant', sent(key(own), 'X-Tenant: acme'), are.passes('own')],
      ['takes another', sent(key('GLOBEX'), 'x-tenant:globex'), are.passes('globex', 'globex')],
      ['strips spaces and tabs at the ends', sent(key(own), 'X-Tenant: \tacme \t'), are.passes('own')],
      ['refuses another tenant', sent(key(own), 'X-Tenant: globex'), are.wrongTenant],
      ['refuses a tenant in capitals', sent(key(own), 'X-Tenant: ACME'), are.wrongTenant],
      ['refuses no tenant', sent(key(own)), are.wrongTenant],
      ['refuses an empty tenant', sent(key(own), 'X-Tenant:'), are.wrongTenant],
      ['refuses a tenant twice', sent(key(own), 'X-Tenant: acme', 'X-Tenant: acme'), are.wrongTenant],
      ['refuses two tenants', sent(key(own), 'X-Tenant: acme', 'X-Tenant: globex'), are.wrongTenant],
      [
        'refuses two tenants in the other order',
        sent(key(own), 'X-Tenant: globex', 'X-Tenant: acme'),
        are.wrongTenant,
      ],
      [
        'refuses an empty line and then the tenant',
        sent(key(own), 'X-Tenant:', 'X-Tenant: acme'),
        are.wrongTenant,
      ],
      ['refuses a list', sent(key(own), 'X-Tenant: acme,globex'), are.wrongTenant],
      ['refuses NBSP around the tenant', sent(key(own), 'X-Tenant: acme\u00a0'), are.wrongTenant],
      ['lists the header for a request without a key', sent('X-Tenant: acme'), are.missing],
      ['lists the header for a malformed one', sent(key(''), 'X-Tenant: acme'), are.malformed],
      ['lists the header if the store fails', sent(key('FAILING'), 'X-Tenant: acme'), are.unavailable],
      [
        'lists the header for another role',
        { target: '/admin', lines: [key(own), 'X-Tenant: acme'] },
        { ...are.wrongRole },
      ],
    ],
  ),
  tenantGroup('tenantFromSubdomain', { tenant: tenantFromSubdomain('api.example.com') }, {}, (are) => [
    ['takes the tenant', sent('Host: acme.api.example.com', key(own)), are.passes('own')],
    ['takes another', sent('Host: globex.api.example.com', key('GLOBEX')), are.passes('globex', 'globex')],
    ['takes it with a port', sent('Host: acme.api.example.com:8443', key(own)), are.passes('own')],
    ['takes it in capitals', sent('Host: ACME.API.EXAMPLE.COM', key(own)), are.passes('own')],
    ...[
      'globex.api.example.com',
      'api.example.com',
      '.api.example.com',
      'a.acme.api.example.com',
      'acme.a.api.example.com',
      'acme.api.example.com.',
      'acme.api.example.org',
      'acmeapi.example.com',
      'acme-api.example.com',
      'acme.apiXexample.com',
      '-acme.api.example.com',
      'acme-.api.example.com',
      '127.0.0.1',
      '[::1]',
    ].map((host): Row => [`refuses ${show(host)}`, sent(`Host: ${host}`, key(own)), are.wrongTenant]),
    [
      'refuses the host twice',
      sent('Host: acme.api.example.com', 'Host: acme.api.example.com', key(own)),
      are.wrongTenant,
    ],
    [
      'refuses two hosts',
      sent('Host: acme.api.example.com', 'Host: globex.api.example.com', key(own)),
      are.wrongTenant,
    ],
    [
      'does not believe a forwarded host',
      sent('Host: globex.api.example.com', 'X-Forwarded-Host: acme.api.example.com', key(own)),
      are.wrongTenant,
    ],
    [
      'does not mind a forwarded host',
      sent('Host: acme.api.example.com', 'X-Forwarded-Host: globex.api.example.com', key(own)),
      are.passes('own'),
    ],
    [
      'does not believe the standard form of it either',
      sent('Host: globex.api.example.com', 'Forwarded: host=acme.api.example.com', key(own)),
      are.wrongTenant,
    ],
  ]),
  tenantGroup(
    'tenantFromParam',
    { tenant: tenantFromParam('tenant'), mount: '/tenants/:tenant' },
    {},
    (are) => [
      ['takes the tenant', { target: '/tenants/acme/whoami', lines: [key(own)] }, are.passes('own')],
      [
        'takes another',
        { target: '/tenants/globex/whoami', lines: [key('GLOBEX')] },
        are.passes('globex', 'globex'),
      ],
      ['decodes it', { target: '/tenants/%61cme/whoami', lines: [key(own)] }, are.passes('own')],
      [
        'takes no query for it',
        { target: '/tenants/globex/whoami?tenant=acme', lines: [key(own)] },
        are.wrongTenant,
      ],
      ['refuses another tenant', { target: '/tenants/globex/whoami', lines: [key(own)] }, are.wrongTenant],
      [
        'refuses a tenant in capitals',
        { target: '/tenants/ACME/whoami', lines: [key(own)] },
        are.wrongTenant,
      ],
      [
        'refuses an encoded slash',
        { target: '/tenants/acme%2Fx/whoami', lines: [key(own)] },
        are.wrongTenant,
      ],
      ['refuses an encoded NUL', { target: '/tenants/acme%00/whoami', lines: [key(own)] }, are.wrongTenant],
      ['refuses a list', { target: '/tenants/acme,globex/whoami', lines: [key(own)] }, are.wrongTenant],
      ['refuses a request without a key', { target: '/tenants/acme/whoami' }, are.missing],
    ],
  ),
  {
    name: 'with an asynchronous function for a tenant',
    api: (framework) => ({
      async tenant(request) {
        await turn()
        return framework.header(request, 'x-tenant')
      },
    }),
    rows: [
      ['takes the tenant', sent(key(own), 'X-Tenant: acme'), is.passes('own')],
      ['refuses another tenant', sent(key(own), 'X-Tenant: globex'), is.wrongTenant],
      ['refuses no tenant', sent(key(own)), is.wrongTenant],
      ['refuses an empty tenant', sent(key(own), 'X-Tenant:'), is.wrongTenant],
    ],
  },
  ...[
    ['that throws', () => throwing()],
    ['that rejects', async () => throwing()],
    ['that throws no error', () => throwing(undefined)],
  ].map(
    ([how, tenant]): Group => ({
      name: `with a function for a tenant ${how}`,
      api: () => ({ tenant: tenant as unknown as () => string }),
      rows: [
        ['answers 503', sent(key(own)), is.unavailable],
        ['answers 503 to an unknown key', sent(key('UNKNOWN')), is.unavailable],
        ['does not ask it without a key', sent(), is.missing],
        ['does not ask it for a malformed key', sent(key('')), is.malformed],
      ],
    }),
  ),
  ...[undefined, null, '', ['acme'], { tenant: 'acme' }, true, new String('acme')].map(
    (value): Group => ({
      name: `with a function that returns ${JSON.stringify(value)} (${typeof value}) for a tenant`,
      api: () => ({ tenant: () => value as string }),
      rows: [
        ['refuses a key', sent(key(own)), is.wrongTenant],
        ['refuses a request without a key', sent(), is.missing],
      ],
    }),
  ),
  {
    name: 'with the tenant of the key',
    api: () => ({ tenant: tenantFromKey }),
    rows: [
      ['lets a key of one tenant pass', sent(key(own)), is.passes('own')],
      ['lets a key of another pass', sent(key('GLOBEX')), is.passes('globex', 'globex')],
      ['refuses an unknown key', sent(key('UNKNOWN')), is.unknown],
      ['refuses a deactivated key', sent(key('DEACTIVATED')), is.deactivated],
      ['refuses a key from an unlisted address', sent(key('ELSEWHERE')), is.wrongIp],
    ],
  },
]

function group(
  name: string,
  options: Omit<AuthorizerOptions, 'store'>,
  common: Common,
  rows: (are: ReturnType<typeof answersFor>) => readonly Row[],
): Group {
  return { name, api: () => ({ tenant: 'acme' }), options, rows: rows(answersFor(common)) }
}

function tenantGroup(
  name: string,
  api: Omit<Api, 'authorizer'>,
  common: Common,
  rows: (are: ReturnType<typeof answersFor>) => readonly Row[],
): Group {
  return { name: `with ${name}`, api: () => api, rows: rows(answersFor(common)) }
}

function throwing(error: unknown = new Error('no such tenant')): never {
  throw error
}

function show(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 30)}…` : value).replace('\u00a0', '\\u00a0')
}

const routes: readonly Route[] = [
  {
    path: '/whoami',
    handle: ({ apiKey }) => (apiKey ? `${apiKey.keyId} of ${apiKey.tenantId}` : 'anonymous'),
  },
  {
    path: '/admin',
    roles: ['Auditor', 'Administrator'],
    handle: ({ principalOf }) => `${principalOf().keyId} of acme`,
  },
  { method: 'POST', path: '/echo', handle: ({ body }) => body },
]

interface Bench {
  readonly api: RunningApi
  /** In the order in which they were made. */
  readonly reasons: (DenialReason | 'allowed')[]
}

async function startBench(framework: Framework, { api, options }: Group): Promise<Bench> {
  const reasons: Bench['reasons'] = []
  const authorizer = createAuthorizer({
    ...options,
    store,
    cache: false,
    onDecision: (decision) => reasons.push(decision.allowed ? 'allowed' : decision.reason),
  })
  return { api: await startApi(framework, { routes, ...api(framework), authorizer }), reasons }
}

/** What the framework or Node.js adds to every response of its own. */
const surroundings = ['connection', 'date', 'keep-alive', 'x-powered-by']
/** A pass belongs to the application; of its headers only one is of the library. */
const ofThePass = ['vary']

function observe(response: RawResponse, { reason }: Expected, reasons: Bench['reasons']): Expected {
  const names = response.headers.map(([name]) => name.toLowerCase())
  const shown = reason === 'allowed' ? ofThePass : names.filter((name) => !surroundings.includes(name))
  return {
    reason: reasons.at(-1) ?? 'allowed',
    statusLine: response.statusLine,
    headers: Object.fromEntries(shown.map((name) => [name, response.header(name) ?? ''])),
    body: response.body,
  }
}

function withLength(expected: Expected): Expected {
  return expected.reason === 'allowed'
    ? expected
    : { ...expected, headers: { ...expected.headers, 'content-length': String(expected.body.length) } }
}

/** Hono's server answers some odd requests itself. */
const isHonoServer = ({ name }: Framework) => name === 'Hono' || name === 'Fetch'

/** The groups whose rules apply to a framework, without the rows that do not; see `Framework.lacks`. */
function groupsFor({ lacks = [] }: Framework): readonly Group[] {
  const isOfOthers = ([, { lines = [] }]: Group['rows'][number]) =>
    lines.filter((line) => /^authorization:/i.test(line)).length > 1 &&
    !lines.some((line) => line.includes('='))
  const isEarly = ([, { target = '/whoami', method = 'GET' }]: Group['rows'][number]) =>
    target === '/unknown' || method === 'OPTIONS'
  return groups
    .filter(({ name }) => !(lacks.includes('route parameters') && name === 'with tenantFromParam'))
    .map((group) =>
      lacks.includes('header lines')
        ? { ...group, rows: group.rows.filter((row) => !isOfOthers(row)) }
        : group,
    )
    .map((group) =>
      lacks.includes('early refusals')
        ? { ...group, rows: group.rows.filter((row) => !isEarly(row)) }
        : group,
    )
}

for (const framework of frameworks)
  describe(framework.name, () => {
    for (const group of groupsFor(framework))
      describe(group.name, () => {
        let bench: Bench
        beforeAll(async () => {
          bench = await startBench(framework, group)
        })
        afterAll(() => bench.api.close())

        for (const [name, request, expected] of group.rows)
          it(name, async () => {
            const lookUpsBefore = lookUps
            const response = await exchange(bench.api.at, request)
            expect(observe(response, expected, bench.reasons)).toEqual(withLength(expected))
            const isRead =
              expected.reason !== 'missing_credentials' && expected.reason !== 'malformed_credentials'
            if (!isRead) expect(lookUps).toBe(lookUpsBefore)
          })

        it('answers HEAD as it answers GET, without the body', async () => {
          const connection = await RawConnection.open(bench.api.at)
          for (const [, request, expected] of group.rows.filter(
            ([, { method = 'GET' }]) => method === 'GET',
          )) {
            const response = await connection.request({ ...request, method: 'HEAD' })
            const { 'content-length': length = String(expected.body.length), ...headers } = observe(
              response,
              expected,
              bench.reasons,
            ).headers
            expect({ ...expected, statusLine: response.statusLine, headers }).toEqual(expected)
            expect(length).toBe(String(expected.body.length))
          }
          connection.close()
        })

        it('answers all of them on one connection', async () => {
          const connection = await RawConnection.open(bench.api.at)
          for (const [, request, expected] of group.rows) {
            const response = await connection.request(request)
            expect(observe(response, expected, bench.reasons)).toEqual(withLength(expected))
          }
          connection.close()
        })
      })

    describe('a body that is refused', () => {
      let bench: Bench
      beforeAll(async () => {
        bench = await startBench(framework, groups[0] as Group)
      })
      afterAll(() => bench.api.close())

      const refused: Omit<RawRequestParts, 'body'> = { method: 'POST', target: '/echo', lines: [] }
      const accepted: RawRequestParts = { method: 'POST', target: '/echo', lines: [key(own)], body: 'second' }

      async function expectUsable(connection: RawConnection): Promise<void> {
        const { status, body } = await connection.request(accepted)
        expect({ status, body }).toEqual({ status: 200, body: 'second' })
        connection.close()
      }

      const isEarly = !framework.lacks?.includes('early refusals')
      // Read before it is refused, it can be too large.
      const megabyte = isEarly ? [['of a megabyte', 'x'.repeat(1_000_000)] as const] : []
      it.each([['short', 'hello'] as const, ...megabyte])(
        'leaves the connection open: %s',
        async (_, body) => {
          const connection = await RawConnection.open(bench.api.at)
          expect((await connection.request({ ...refused, body })).status).toBe(401)
          await expectUsable(connection)
        },
      )

      if (isEarly) {
        it('is answered before it has arrived, and the connection stays open', async () => {
          const connection = await RawConnection.open(bench.api.at)
          connection.write(headOf({ ...refused, body: 'hello' }))
          expect((await connection.response()).status).toBe(401)
          connection.write('hello')
          await expectUsable(connection)
        })

        it('leaves the connection open: in chunks', async () => {
          const connection = await RawConnection.open(bench.api.at)
          const lines = ['Transfer-Encoding: chunked', 'Content-Type: text/plain']
          connection.write(`${headOf({ ...refused, lines })}5\r\nhello\r\n`)
          expect((await connection.response()).status).toBe(401)
          connection.write('0\r\n\r\n')
          await expectUsable(connection)
        })
      }

      it('is not taken for the next request', async () => {
        const connection = await RawConnection.open(bench.api.at)
        const body = headOf({ lines: [key(own)] })
        expect((await connection.request({ ...refused, body })).status).toBe(401)
        await expectUsable(connection)
      })
    })

    it('answers unknown, deactivated, expired, foreign and unlisted keys with the same bytes', async () => {
      const bench = await startBench(framework, groups[0] as Group)
      const bytes = new Set<string>()
      for (const referenceId of ['UNKNOWN', 'DEACTIVATED', 'EXPIRED', 'GLOBEX', 'ELSEWHERE']) {
        const response = await exchange(bench.api.at, sent(key(referenceId)))
        bytes.add(response.bytes.replace(/^Date: .*$/im, 'Date:'))
      }
      expect(bench.reasons).toEqual([
        'unknown_key',
        'deactivated',
        'expired',
        'wrong_tenant',
        'ip_not_allowed',
      ])
      expect([...bytes]).toHaveLength(1)
      await bench.api.close()
    })

    it('lets no odd host pass as a tenant', async () => {
      const bench = await startBench(framework, {
        name: 'odd hosts',
        api: () => ({ tenant: tenantFromSubdomain('api.example.com') }),
        rows: [],
      })
      for (const host of [
        '',
        'acme@acme.api.example.com',
        'acme.api.example.com@globex.api.example.com',
        'globex.api.example.com@acme.api.example.com',
        'acme%2eapi.example.com',
        '%61cme.api.example.com',
        'acme.api.example.com, globex.api.example.com',
        'acme.api.example.com,acme.api.example.com',
        'acme.api.example.com:',
        'acme.api.example.com:0x50',
        'acme.api.example.com:80:80',
        'acme.api.example.com/',
        'acme.api.example.com?',
        'acme.api.example.com#',
        'acme.api.example.com\\',
        'http://acme.api.example.com',
        'acme .api.example.com',
        'acm\u00e9.api.example.com',
        'acme..api.example.com',
      ]) {
        const { status } = await exchange(bench.api.at, sent(`Host: ${host}`, key(own)))
        expect([host, status]).toEqual([host, isHonoServer(framework) && status === 400 ? 400 : 401])
      }
      expect(bench.reasons).not.toContain('allowed')
      await bench.api.close()
    })

    it('refuses a request of HTTP/1.0 without a host as a tenant', async () => {
      const bench = await startBench(framework, {
        name: 'no host',
        api: () => ({ tenant: tenantFromSubdomain('api.example.com') }),
        rows: [],
      })
      const connection = await RawConnection.open(bench.api.at)
      connection.write(`GET /whoami HTTP/1.0\r\n${key(own)}\r\n\r\n`)
      expect((await connection.response()).status).toBe(isHonoServer(framework) ? 400 : 401)
      connection.close()
      await bench.api.close()
    })

    if (framework.lacks?.includes('route parameters')) {
      it('finds no tenant in a parameter, because there are none', async () => {
        const bench = await startBench(framework, {
          name: 'no parameters',
          api: () => ({ tenant: tenantFromParam('tenant'), mount: '/tenants/acme' }),
          rows: [],
        })
        expect(
          (await exchange(bench.api.at, { target: '/tenants/acme/whoami', lines: [key(own)] })).status,
        ).toBe(401)
        expect(bench.reasons).toEqual(['wrong_tenant'])
        await bench.api.close()
      })
    }

    it('answers 503 after the authorizer was closed', async () => {
      const authorizer = createAuthorizer({ store })
      const api = await startApi(framework, { authorizer, tenant: 'acme' })
      await authorizer.close()
      const response = await exchange(api.at, sent(key(own)))
      expect(response.statusLine).toBe(is.unavailable.statusLine)
      expect(response.body).toBe(is.unavailable.body)
      await api.close()
    })
  })

// Fetch joins the lines of one header with a comma, so that only what stands between the commas can be judged.
describe.each([
  ['Hono', viaHono],
  ['Fetch', viaFetch],
] as const)('%s where lines cannot be counted', (_, via) => {
  const { app, anonymous } = via(createAuthorizer({ store }))

  function headersOf(lines: readonly string[]): Headers {
    const headers = new Headers({ 'x-tenant': 'acme' })
    for (const line of lines) headers.append('authorization', line)
    return headers
  }

  const mine = `rest_api_key=${own}`
  it.each([
    ['lets a key pass', [mine], 200, 'own'],
    ['finds no key in no line', [], 401, 'missing_credentials'],
    ['finds no key in another scheme', ['Bearer abc'], 401, 'missing_credentials'],
    ['refuses a key twice', [mine, mine], 401, 'malformed_credentials'],
    ['refuses a key and another scheme', [mine, 'Bearer abc'], 401, 'malformed_credentials'],
    ['refuses another scheme and a key', ['Bearer abc', mine], 401, 'malformed_credentials'],
    ['refuses an empty line and a key', ['', mine], 401, 'malformed_credentials'],
    ['refuses a key and an empty line', [mine, ''], 401, 'malformed_credentials'],
    [
      'finds no key in two other schemes, a declared difference',
      ['Bearer abc', 'Basic def'],
      401,
      'missing_credentials',
    ],
    ['refuses an unknown key', [key('UNKNOWN').slice(15)], 401, 'not_authorized'],
    ['knows no address', [key('LISTED').slice(15)], 401, 'not_authorized'],
  ])('%s', async (_, lines, status, said) => {
    const response = await app({ headers: headersOf(lines) })
    expect(response.status).toBe(status)
    expect(response.headers.get('vary')).toBe('authorization, x-tenant')
    expect(await response.text()).toContain(said)
  })

  it('refuses two tenants', async () => {
    const headers = headersOf([mine])
    headers.append('x-tenant', 'acme')
    expect((await app({ headers })).status).toBe(401)
  })

  it('lets two other schemes pass as anonymous where credentials are optional', async () => {
    const response = await anonymous({ headers: headersOf(['Bearer abc', 'Basic def']) })
    expect(await response.text()).toBe('anonymous')
  })
})

type Ask = (init: RequestInit) => Promise<Response>

function viaHono(authorizer: Authorizer): { app: Ask; anonymous: Ask } {
  const app = new Hono()
  app.use(forHono.apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') }))
  app.get('/', (c) => c.text(forHono.principalOf(c).keyId))
  const anonymous = new Hono()
  anonymous.use(forHono.apiKeyAuth(authorizer, { tenant: 'acme', optional: true }))
  anonymous.get('/', (c) => c.text(c.var.apiKey?.keyId ?? 'anonymous'))
  return {
    app: async (init) => app.request('/', init),
    anonymous: async (init) => anonymous.request('/', init),
  }
}

function viaFetch(authorizer: Authorizer): { app: Ask; anonymous: Ask } {
  const app = forFetch.apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') })(
    (request) => new Response(request.apiKey.keyId),
  )
  const anonymous = forFetch.apiKeyAuth(authorizer, { tenant: 'acme', optional: true })(
    (request) => new Response(request.apiKey?.keyId ?? 'anonymous'),
  )
  const url = 'http://127.0.0.1/'
  return {
    app: (init) => app(new Request(url, init)),
    anonymous: (init) => anonymous(new Request(url, init)),
  }
}
