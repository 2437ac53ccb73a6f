import type { FastifyInstance, FastifyReply } from 'fastify'
import { authorizationFor, createAuthorizer, type DecisionFacts, memoryStore } from 'rest-api-key'
import { apiKeyAuth, principalOf, requireRole } from 'rest-api-key/fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fastifys } from '../support/http-fastify.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'

expectNoUnhandledRejections()

const facts: DecisionFacts[] = []
const authorizer = createAuthorizer({
  store: memoryStore({
    keys: [
      { id: 'acme-key', referenceId: 'ACME', tenantId: 'acme', inRole: 'Operator' },
      { id: 'globex-key', referenceId: 'GLOBEX', tenantId: 'globex' },
      { id: 'listed-key', referenceId: 'LISTED', tenantId: 'acme', allowedIps: ['192.0.2.7'] },
    ],
  }),
  onDecision: (_, fact) => facts.push(fact),
})
const acme = { authorizer, tenant: 'acme' }
const globex = { authorizer, tenant: 'globex' }

for (const [name, fastify] of fastifys) {
  describe(name, () => {
    function createApp(options: { trustProxy?: number | string } = {}): FastifyInstance {
      const app = fastify(options as { trustProxy?: string })
      onTestFinished(() => app.close())
      facts.length = 0
      return app
    }

    /** What a route with this path answers, or the status of a refusal. */
    async function ask(app: FastifyInstance, url: string, referenceId?: string): Promise<string | number> {
      const { statusCode, body } = await app.inject({
        url,
        headers: referenceId === undefined ? {} : { authorization: authorizationFor(referenceId) },
      })
      return statusCode === 200 ? body : statusCode
    }

    function addWhoami(app: FastifyInstance, url: string): void {
      app.get(url, async ({ apiKey }) =>
        apiKey === undefined ? 'undefined' : (apiKey?.keyId ?? 'anonymous'),
      )
    }

    it('guards every route of the root, before and after, in plugins and unknown ones', async () => {
      const app = createApp()
      addWhoami(app, '/before')
      await app.register(async (scope) => addWhoami(scope, '/plugin-before'))
      await app.register(apiKeyAuth, acme)
      addWhoami(app, '/after')
      await app.register(async (scope) => addWhoami(scope, '/plugin-after'))
      for (const url of ['/before', '/plugin-before', '/after', '/plugin-after']) {
        expect(await ask(app, url)).toBe(401)
        expect(await ask(app, url, 'ACME')).toBe('acme-key')
      }
      expect(await ask(app, '/unknown')).toBe(401)
      expect(await ask(app, '/unknown', 'ACME')).toBe(404)
    })

    it('guards only the scope in which it is registered', async () => {
      const app = createApp()
      addWhoami(app, '/root')
      await app.register(async (scope) => {
        await scope.register(apiKeyAuth, acme)
        addWhoami(scope, '/child')
        await scope.register(async (inner) => addWhoami(inner, '/grandchild'))
      })
      await app.register(async (scope) => addWhoami(scope, '/sibling'))
      expect(await ask(app, '/child')).toBe(401)
      expect(await ask(app, '/grandchild')).toBe(401)
      expect(await ask(app, '/child', 'ACME')).toBe('acme-key')
      expect(await ask(app, '/grandchild', 'ACME')).toBe('acme-key')
      expect(await ask(app, '/root')).toBe('undefined')
      expect(await ask(app, '/sibling')).toBe('undefined')
      expect(await ask(app, '/sibling', 'ACME')).toBe('undefined')
    })

    it('guards two scopes for two tenants', async () => {
      const app = createApp()
      for (const options of [acme, globex]) {
        await app.register(async (scope) => {
          await scope.register(apiKeyAuth, options)
          addWhoami(scope, `/${options.tenant}`)
        })
      }
      expect(await ask(app, '/acme', 'ACME')).toBe('acme-key')
      expect(await ask(app, '/globex', 'GLOBEX')).toBe('globex-key')
      expect(await ask(app, '/acme', 'GLOBEX')).toBe(401)
      expect(await ask(app, '/globex', 'ACME')).toBe(401)
    })

    it('decorates once and asks twice if it is registered twice', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      await app.register(apiKeyAuth, acme)
      addWhoami(app, '/')
      expect(await ask(app, '/', 'ACME')).toBe('acme-key')
      expect(facts).toHaveLength(2)
    })

    it('asks the parent first and then the child', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, { ...acme, optional: true })
      addWhoami(app, '/parent')
      await app.register(async (scope) => {
        await scope.register(apiKeyAuth, acme)
        addWhoami(scope, '/child')
      })
      expect(await ask(app, '/parent')).toBe('anonymous')
      expect(await ask(app, '/child')).toBe(401)
      expect(await ask(app, '/child', 'ACME')).toBe('acme-key')
      expect(facts.map(({ outcome }) => outcome)).toEqual([
        'anonymous',
        'anonymous',
        'denied',
        'allowed',
        'allowed',
      ])
    })

    it('does not ask the child what the parent has refused', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      await app.register(async (scope) => {
        await scope.register(apiKeyAuth, globex)
        addWhoami(scope, '/child')
      })
      expect(await ask(app, '/child', 'GLOBEX')).toBe(401)
      expect(facts).toHaveLength(1)
      expect(await ask(app, '/child', 'ACME')).toBe(401)
      expect(facts).toHaveLength(3)
    })

    it('runs no later hook for a refusal', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      const hook = vi.fn(async () => {})
      app.addHook('onRequest', hook)
      app.addHook('preParsing', hook)
      app.addHook('preValidation', hook)
      app.addHook('preHandler', hook)
      addWhoami(app, '/')
      expect(await ask(app, '/')).toBe(401)
      expect(hook).not.toHaveBeenCalled()
      expect(await ask(app, '/', 'ACME')).toBe('acme-key')
      expect(hook).toHaveBeenCalledTimes(4)
    })

    it('runs neither a later hook nor the route while a refusal waits to be sent', async () => {
      const app = createApp()
      const ran: string[] = []
      await app.register(apiKeyAuth, acme)
      app.addHook('onSend', async () => {
        await new Promise((resolve) => setImmediate(resolve))
      })
      app.addHook('preHandler', async () => void ran.push('hook'))
      app.get('/', async () => ran.push('route'))
      expect(await ask(app, '/')).toBe(401)
      expect(ran).toEqual([])
    })

    it.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
      'guards by role as %s of a route',
      async (hook) => {
        const app = createApp()
        await app.register(apiKeyAuth, acme)
        const handler = async () => 'welcome'
        app.route({ method: 'GET', url: '/admin', handler, [hook]: requireRole('Administrator') })
        app.route({ method: 'GET', url: '/operator', handler, [hook]: [requireRole('Operator')] })
        expect(await ask(app, '/admin', 'ACME')).toBe(403)
        expect(await ask(app, '/operator', 'ACME')).toBe('welcome')
      },
    )

    it('guards a scope by role', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      await app.register(async (scope) => {
        scope.addHook('onRequest', requireRole('Administrator'))
        addWhoami(scope, '/admin')
      })
      addWhoami(app, '/')
      expect(await ask(app, '/admin', 'ACME')).toBe(403)
      expect(await ask(app, '/', 'ACME')).toBe('acme-key')
    })

    it('takes an answer that onDenied has returned, sent or written by itself', async () => {
      const app = createApp()
      const answers = {
        returned: (reply) => reply.code(404).send('returned'),
        sent: (reply) => void reply.code(404).send('sent'),
        hijacked(reply) {
          reply.hijack()
          reply.raw.writeHead(404).end('hijacked')
        },
      } satisfies Record<string, (reply: FastifyReply) => unknown>
      for (const [answer, onDenied] of Object.entries(answers)) {
        await app.register(async (scope) => {
          await scope.register(apiKeyAuth, { ...acme, onDenied: (_, __, reply) => onDenied(reply) })
          addWhoami(scope, `/${answer}`)
        })
      }
      for (const answer of Object.keys(answers)) {
        const { statusCode, body } = await app.inject(`/${answer}`)
        expect({ statusCode, body }).toEqual({ statusCode: 404, body: answer })
      }
    })

    it('answers an injected request as a real one, address included', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      app.get('/', async (request) => principalOf(request).keyId)
      const headers = { authorization: authorizationFor('LISTED') }
      const listed = await app.inject({ url: '/', headers, remoteAddress: '192.0.2.7' })
      expect(listed.body).toBe('listed-key')
      expect(listed.headers.vary).toBe('authorization')
      const unlisted = await app.inject({ url: '/', headers, remoteAddress: '192.0.2.8' })
      expect(unlisted.statusCode).toBe(401)
      expect(unlisted.headers).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
        'www-authenticate': 'rest_api_key realm="api"',
        vary: 'authorization',
      })
      expect(unlisted.json()).toMatchObject({ code: 'not_authorized' })
    })

    describe('the address of a request on which nothing is forwarded', () => {
      const listed = { headers: { authorization: authorizationFor('LISTED') }, remoteAddress: '192.0.2.7' }

      it('is unknown where proxies are trusted by their number, in a scope too', async () => {
        const app = createApp({ trustProxy: 1 })
        await app.register(async (scope) => {
          await scope.register(apiKeyAuth, acme)
          addWhoami(scope, '/')
        })
        expect((await app.inject({ url: '/', ...listed })).statusCode).toBe(401)
        expect(facts).toMatchObject([{ keyId: 'listed-key', ip: undefined }])
      })

      it.each([
        ['no server', undefined],
        ['a server without options', {}],
      ])('is that of the peer where a request names %s', async (_, server) => {
        const app = createApp({ trustProxy: '10.0.0.0/8' })
        app.addHook('onRequest', async (request) => {
          Object.defineProperty(request, 'server', { value: server, configurable: true })
        })
        await app.register(apiKeyAuth, acme)
        app.addHook('onRequest', async (request) => {
          Reflect.deleteProperty(request, 'server') // What follows in Fastify needs its own.
        })
        addWhoami(app, '/')
        expect((await app.inject({ url: '/', ...listed })).body).toBe('listed-key')
      })
    })

    it('is known to Fastify by its name and its versions, and declares what it adds to requests', async () => {
      const app = createApp()
      await app.register(apiKeyAuth, acme)
      await app.ready()
      expect(app.hasPlugin('rest-api-key')).toBe(true)
      expect(app.pluginName).toBe('fastify -> rest-api-key')
      expect(app.printPlugins()).toContain('rest-api-key')
      expect(app.hasRequestDecorator('apiKey')).toBe(true)
      expect(Reflect.get(apiKeyAuth, Symbol.for('plugin-meta'))).toMatchObject({ fastify: '4.x || 5.x' })
    })

    it.each([
      ['no tenant', { authorizer }, 'invalid_option'],
      ['no authorizer', { tenant: 'acme' }, 'invalid_option'],
      ['an unknown option', { ...acme, prefix: '/v1' }, 'unknown_option'],
    ])('does not start with %s', async (_, options, code) => {
      const app = createApp()
      app.register(apiKeyAuth, options as typeof acme)
      await expect(app.ready()).rejects.toMatchObject({ code })
    })
  })
}
