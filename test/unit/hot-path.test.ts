import crypto from 'node:crypto'
import { promiseHooks } from 'node:v8'
import {
  type AuthorizerOptions,
  createAuthorizer,
  type Decision,
  hmacSha256Digest,
  sha256Digest,
  tenantFromKey,
} from 'rest-api-key'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type KeyRequest, outcomeOf, recordOf, requestOf, requestWith } from '../support/key-requests.js'
import { answeringStore } from '../support/scripted-store.js'

afterEach(() => vi.restoreAllMocks())

const good = recordOf('good', { allowedIps: ['192.0.2.0/24', '2001:db8::/32'] })

/** What one request does, after others like it. */
async function workOf(request: KeyRequest, options: Partial<AuthorizerOptions> = {}) {
  const store = answeringStore((digest) => (digest === good.digest ? good : null))
  const authorizer = createAuthorizer({ store, ...options })
  for (let i = 0; i < 3; i++) await authorizer.authorize(request)
  const hash = vi.spyOn(crypto, 'hash')
  const hmac = vi.spyOn(crypto, 'createHmac')
  const reads = store.reads.length

  let promises = 0
  const stop = promiseHooks.onInit(() => {
    promises++
  })
  const pending = authorizer.authorize(request)
  stop()

  let decision: Decision | undefined
  pending.then((decided) => {
    decision = decided
  })
  let turns = 0
  while (decision === undefined) {
    await null
    turns++
  }
  return {
    outcome: outcomeOf(decision),
    reads: store.reads.length - reads,
    hashes: hash.mock.calls.length + hmac.mock.calls.length,
    promises,
    turns,
  }
}

const hmac = hmacSha256Digest({ pepper: 'only for this test' })
const least = { reads: 0, hashes: 1, promises: 1, turns: 1 }

describe('a request whose key is in the cache reads nothing, and makes one hash, one promise and one turn', () => {
  it.each<[title: string, request: KeyRequest, options: Partial<AuthorizerOptions>, expected: object]>([
    ['allowed', requestWith('good'), {}, { ...least, outcome: 'allowed' }],
    [
      'from an IPv6 address',
      requestWith('good', { ip: '2001:db8::7' }),
      {},
      { ...least, outcome: 'allowed' },
    ],
    [
      'of the tenant of its key',
      requestWith('good', { tenantId: tenantFromKey }),
      {},
      { ...least, outcome: 'allowed' },
    ],
    [
      'with a function for the tenant',
      requestWith('good', { tenantId: () => 'acme' }),
      {},
      { ...least, outcome: 'allowed' },
    ],
    [
      'of another tenant',
      requestWith('good', { tenantId: 'globex' }),
      {},
      { ...least, outcome: 'wrong_tenant' },
    ],
    [
      'from another address',
      requestWith('good', { ip: '198.51.100.1' }),
      {},
      { ...least, outcome: 'ip_not_allowed' },
    ],
    ['with an unknown key', requestWith('nobody'), {}, { ...least, outcome: 'unknown_key' }],
    [
      'with two digests',
      requestWith('good'),
      { digest: [sha256Digest(), hmac] },
      { ...least, outcome: 'allowed' },
    ],
    [
      'found by the second digest',
      requestWith('good'),
      { digest: [hmac, sha256Digest()] },
      { ...least, hashes: 2, outcome: 'allowed' },
    ],
    ['without a key', requestOf([]), {}, { ...least, hashes: 0, outcome: 'missing_credentials' }],
    [
      'with nonsense',
      requestOf(['rest_api_key="x"']),
      {},
      { ...least, hashes: 0, outcome: 'malformed_credentials' },
    ],
  ])('%s', async (_, request, options, expected) => {
    expect(await workOf(request, options)).toEqual(expected)
  })
})
