import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Authorizer,
  type AuthorizerOptions,
  authorizationFor,
  createAuthorizer,
  type Decision,
  type DenialReason,
  isRestApiKeyError,
  type KeyStore,
  memoryStore,
  type RestApiKeyErrorCode,
  referenceIds,
} from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth, requireRole } from 'rest-api-key/node'
import { describe, expect, it } from 'vitest'
import { exchange, type RawResponse } from '../support/http-client.js'

const guide = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
const sections = new Map(
  [...guide.matchAll(/^### (\w+)\n(.*?)(?=^##)/gms)].map(([, reason = '', text = '']) => [reason, text]),
)
const ids = referenceIds()
const good = ids.generate()
const mistyped = `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`

interface Case {
  readonly authorization?: string
  readonly options?: Partial<AuthorizerOptions>
  readonly auth?: Partial<ApiKeyAuthOptions>
  /** What `decision.cause` is, or its `code`. */
  readonly cause?: string
  readonly before?: (authorizer: Authorizer) => unknown
}

const only = (fields: object) => ({
  store: memoryStore({ keys: [{ referenceId: good, tenantId: 'acme', ...fields }] }),
})
const answering = (findByDigest: KeyStore['findByDigest']) => ({ store: { findByDigest } })
const record = { id: '1', tenantId: 'acme', activated: true }

/** Of each reason, every cause that the guide names. */
const cases: Readonly<Record<DenialReason, readonly Case[]>> = {
  missing_credentials: [{ authorization: '' }, { authorization: 'Bearer token' }],
  malformed_credentials: [{ authorization: `rest_api_key="${good}"` }],
  unknown_key: [
    { options: { store: memoryStore() } },
    { authorization: authorizationFor(mistyped), cause: 'reference_id_mistyped' },
  ],
  deactivated: [{ options: only({ activated: false }) }],
  expired: [{ options: only({ expiresAt: new Date(0) }) }],
  wrong_tenant: [
    { auth: { tenant: 'globex' } },
    { auth: { tenant: () => undefined }, cause: 'tenant_unresolved' },
  ],
  ip_not_allowed: [
    { options: only({ allowedIps: ['192.0.2.7'] }) },
    { options: only({ allowedIps: ['192.0.2.7'] }), auth: { ip: () => 'unknown' }, cause: 'ip_unknown' },
  ],
  role_not_allowed: [{ options: only({ inRole: 'Operator' }) }],
  store_unavailable: [
    { options: answering(() => Promise.reject(new Error('down'))), cause: 'store_failed' },
    { options: { ...answering(() => new Promise(() => {})), storeTimeoutMs: 1 }, cause: 'store_timeout' },
    {
      options: { ...answering(() => new Promise(() => {})), maxConcurrentLookups: 1 },
      before: (authorizer) => {
        const headerLines = () => [authorizationFor('another')]
        void authorizer.authorize({ headerLines, tenantId: 'acme', ip: undefined })
      },
      cause: 'store_overloaded',
    },
    {
      options: answering(async (digest) => ({ ...record, digest, activated: 1 as never })),
      cause: 'invalid_record',
    },
    {
      options: answering(async (digest) => ({ ...record, digest, allowedIps: ['192.0.2.*'] })),
      cause: 'invalid_ip_rule',
    },
    { auth: { tenant: () => Promise.reject(new Error('down')) }, cause: 'tenant_failed' },
    { before: (authorizer) => authorizer.close(), cause: 'closed' },
  ],
}

/** Asks over a socket, as a client does. */
async function refusal({ authorization = authorizationFor(good), options, auth, before }: Case) {
  const told: Decision[] = []
  const authorizer = createAuthorizer({
    ...only({ inRole: 'Administrator' }),
    referenceIds: ids,
    ...options,
    onDecision: (decision) => void told.push(decision as Decision),
  })
  await before?.(authorizer)
  told.length = 0
  const guarded = apiKeyAuth(authorizer, { tenant: 'acme', ...auth })
  const server = createServer(guarded(requireRole('Administrator')((_req, res) => res.end()))).listen(
    0,
    '127.0.0.1',
  )
  try {
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const response = await exchange(port, { lines: [`Authorization: ${authorization}`] })
    return { response, decision: told.at(-1) as Decision }
  } finally {
    server.close()
    await authorizer.close()
  }
}

/** As a block of the guide shows it: without what the server adds. */
function shown({ statusLine, headers, body }: RawResponse): string {
  const added = ['date', 'connection', 'keep-alive', 'content-length']
  const ours = headers.filter(([name]) => !added.includes(name.toLowerCase()))
  return [statusLine, ...ours.map(([name, value]) => `${name}: ${value}`).sort(), '', body].join('\n')
}

/** The block of a section; sections without one say that the client sees the same as for an unknown key. */
function documented(reason: DenialReason): string {
  const block = /```http\n(.*?)\n```/s.exec(sections.get(reason) ?? '')?.[1]
  if (block === undefined) {
    expect(sections.get(reason)).toContain('The client sees the same, byte for byte.')
    return documented('unknown_key')
  }
  const [head = '', body = ''] = block.split('\n\n')
  const [statusLine, ...headers] = head.split('\n')
  return [statusLine, ...headers.sort(), '', body].join('\n')
}

function rowOf(name: string): string {
  return guide.split('\n').find((line) => new RegExp(`^\\| \\[?\`${name}\``).test(line)) ?? ''
}

describe('the guide to troubleshooting', () => {
  it('has a section for every reason and for no other', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(cases).sort())
  })

  it.each(
    Object.entries(cases).flatMap(([reason, all]) =>
      all.map((one) => [reason as DenialReason, one.cause ?? 'no cause', one] as const),
    ),
  )('shows what a client sees of %s with %s', async (reason, _, one) => {
    const { response, decision } = await refusal(one)
    if (decision.allowed) return expect.fail('The request was allowed')
    const { cause } = decision
    expect({ reason: decision.reason, cause: isRestApiKeyError(cause) ? cause.code : cause }).toEqual({
      reason,
      cause: one.cause,
    })
    expect(shown(response)).toBe(documented(reason))
    expect(rowOf(reason)).toContain(`| ${response.status} `)
    if (one.cause !== undefined) expect(rowOf(reason) + sections.get(reason)).toContain(`\`${one.cause}\``)
  })

  it('names every cause of a 503, and no other', () => {
    const table = [...(sections.get('store_unavailable') ?? '').matchAll(/^\| `(\w+)`/gm)].map(
      ([, code]) => code,
    )
    expect(table).toEqual(cases.store_unavailable.map(({ cause }) => cause))
  })

  it('names every error code, and no other', () => {
    const [, text = ''] = guide.split('## Error codes')
    const named = [...text.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)
    expect(named.sort()).toEqual(Object.keys(codes).sort())
  })
})

/** Every code; the type checker refuses one that is missing. */
const codes: Readonly<Record<RestApiKeyErrorCode, true>> = {
  invalid_option: true,
  unknown_option: true,
  invalid_ip_rule: true,
  invalid_record: true,
  store_failed: true,
  store_timeout: true,
  store_overloaded: true,
  feed_failed: true,
  tenant_failed: true,
  closed: true,
  api_key_auth_missing: true,
  principal_missing: true,
  on_denied_failed: true,
  unsupported_request: true,
  invalid_input: true,
  not_found: true,
  version_conflict: true,
  group_not_empty: true,
  reference_id_taken: true,
  not_authorized: true,
  authorize_failed: true,
  authenticate_failed: true,
  directory_failed: true,
  repository_failed: true,
}
