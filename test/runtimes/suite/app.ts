import { Hono } from 'hono'
import { createAuthorizer, type KeyStore, sha256Digest, tenantFromHeader } from 'rest-api-key'
import * as forFetch from 'rest-api-key/fetch'
import * as forHono from 'rest-api-key/hono'
import { createKeyManager, type KeyRepository } from 'rest-api-key/management'
import type { Platform } from './platform.js'
import { seeds, special, tenant } from './seeds.js'

/** A fetch function; what the server hands over beside the request depends on the runtime. */
export type Fetch = (request: Request, handed: unknown) => Response | Promise<Response>

export interface App {
  readonly authorizer: ReturnType<typeof createAuthorizer>
  readonly fetch: Fetch
}

/** How long the authorizer waits for the store, in ms. */
const storeTimeoutMs = 500
/** How long a slow look-up takes, in ms. */
const slowMs = 250

/**
 * One small API over a repository: `/{store}/fetch/` and `/{store}/hono/` are guarded by the two adapters, what else
 * there is serves the tests.
 */
export function createApp(platform: Platform, repository: Required<KeyRepository>): App {
  const slow = { running: 0 }
  const authorizer = createAuthorizer({ store: troubled(repository, slow), storeTimeoutMs })
  const manager = createKeyManager({ repository, authorize: () => true })
  const keysOf = (tenantId: string) => manager.as({ tenantId, userId: 'jdoe' })

  const guarded = forFetch.apiKeyAuth(authorizer, {
    tenant: tenantFromHeader('x-tenant'),
    ip: (request: Request, handed: unknown) => platform.addressOf(request, handed),
  })
  const operators = forFetch.requireRole('Operator')(() => new Response('operator'))
  const plain = guarded((request, _handed: unknown) =>
    new URL(request.url).pathname.endsWith('/operators') ? operators(request) : Response.json(request.apiKey),
  )

  const app = new Hono()
  app.use(
    '/:store/hono/*',
    forHono.apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant'), ip: platform.getConnInfo }),
  )
  app.get('/:store/hono/whoami', (c) => c.json(c.var.apiKey))
  app.get('/:store/hono/operators', forHono.requireRole('Operator'), (c) => c.text('operator'))
  app.all('/:store/fetch/*', (c) => plain(c.req.raw, c.env))

  app.get('/:store/slow', (c) => c.json(slow.running))
  app.post('/:store/flush', (c) => {
    authorizer.flush()
    return c.json(null)
  })
  app.post('/:store/seed', async (c) => {
    for (const [tenantId, keys] of seeds) {
      const group = await keysOf(tenantId).createGroup({ name: 'Integrations' })
      for (const key of keys) await keysOf(tenantId).importKey({ ...key, groupId: group.id })
    }
    return c.json(null)
  })
  app.post('/:store/keys', async (c) => {
    const group = await keysOf(tenant).createGroup({ name: 'Created' })
    const { referenceId, key } = await keysOf(tenant).createKey({ groupId: group.id })
    return c.json({ referenceId, id: key.id })
  })
  app.post('/:store/keys/:id/deactivate', async (c) => {
    await keysOf(tenant).deactivateKey(c.req.param('id'))
    return c.json(null)
  })
  app.delete('/:store/keys/:id', async (c) => {
    await keysOf(tenant).deleteKey(c.req.param('id'))
    return c.json(null)
  })
  return { authorizer, fetch: (request, handed) => app.fetch(request, handed as never) }
}

/** The store, with what stores do when they are in trouble, each for a key of its own. */
function troubled(repository: Required<KeyRepository>, slow: { running: number }): KeyStore {
  const trouble = async (digests: readonly string[]) => {
    const is = (referenceId: string) => digests.includes(sha256Digest()(referenceId))
    if (is(special.failing)) throw new Error(`connection refused for ${special.failing}`)
    if (is(special.hanging)) await new Promise(() => {})
    if (!is(special.slow)) return
    slow.running++
    await new Promise((resolve) => setTimeout(resolve, slowMs))
    slow.running--
  }
  return {
    changes: repository.changes,
    async findByDigest(digest, options) {
      await trouble([digest])
      return repository.findByDigest(digest, options)
    },
    async findManyByDigest(digests, options) {
      await trouble(digests)
      return repository.findManyByDigest(digests, options)
    },
  }
}
