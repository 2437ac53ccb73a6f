import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { authorizationFor, createAuthorizer, memoryStore, tenantFromSubdomain } from 'rest-api-key'
import { type ApiKeyAuthOptions, apiKeyAuth, requireRole } from 'rest-api-key/hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { exchange } from '../support/http-client.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { canary, expectRefusal } from '../support/refusals.js'

expectNoUnhandledRejections()

const authorizer = createAuthorizer({
  store: memoryStore({
    keys: [
      { id: 'own', referenceId: 'OWN', tenantId: 'acme' },
      { id: 'listed', referenceId: 'LISTED', tenantId: 'acme', allowedIps: ['127.0.0.1'] },
    ],
  }),
})

/** Answers by Hono alone and by its server for Node.js, which has a `Response` of its own. */
interface Answered {
  readonly status: number
  readonly body: string
  header(name: string): string | undefined
}
type Ask = (app: Hono, referenceId?: string) => Promise<Answered>

const linesFor = (referenceId: string | undefined) =>
  referenceId === undefined ? [] : [`Authorization: ${authorizationFor(referenceId)}`]

const askDirectly: Ask = async (app, referenceId) => {
  const headers = referenceId === undefined ? {} : { authorization: authorizationFor(referenceId) }
  const response = await app.request('/', { headers: { ...headers, origin: 'https://app.example.com' } })
  return {
    status: response.status,
    body: await response.text(),
    header: (name) => response.headers.get(name) ?? undefined,
  }
}

const askOverHttp: Ask = async (app, referenceId) => {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  onTestFinished(() => close(server))
  return exchange(await listen(server), {
    target: '/',
    lines: ['Origin: https://app.example.com', ...linesFor(referenceId)],
  })
}

function appWith(
  route: (c: Context) => Response | Promise<Response>,
  options: Partial<ApiKeyAuthOptions> = {},
  ...before: MiddlewareHandler[]
): Hono {
  const app = new Hono()
  app.use(...([...before, apiKeyAuth(authorizer, { tenant: 'acme', ...options })] as [MiddlewareHandler]))
  app.get('/', route)
  return app
}

const ok = (c: Context) => c.text('ok')

for (const [how, ask] of [
  ['alone', askDirectly],
  ['over HTTP', askOverHttp],
] as const) {
  describe(`Hono ${how}`, () => {
    describe('keeps Vary on', () => {
      it.each<
        [what: string, route: (c: Context) => Response | Promise<Response>, status: number, vary: string]
      >([
        ['a response of its own', () => new Response('own'), 200, 'authorization'],
        [
          'one with a Vary of its own',
          () => new Response('own', { headers: { vary: 'Accept' } }),
          200,
          'Accept, authorization',
        ],
        [
          'one of the context with a Vary of its own',
          (c) => c.text('own', 200, { vary: 'Accept' }),
          200,
          'Accept, authorization',
        ],
        ['one that lists everything', () => new Response('own', { headers: { vary: '*' } }), 200, '*'],
        ['an immutable redirect', () => Response.redirect('https://example.com/', 302), 302, 'authorization'],
        ['an immutable fetched one', () => fetch('data:text/plain,own'), 200, 'authorization'],
        ['one without a body', (c) => c.body(null, 204), 204, 'authorization'],
        ['one that is not modified', () => new Response(null, { status: 304 }), 304, 'authorization'],
        ['a stream', () => new Response(new Blob(['own']).stream()), 200, 'authorization'],
        ['an unknown path', (c) => c.notFound(), 404, 'authorization'],
        [
          'an error with a response',
          () => {
            throw new HTTPException(418, { res: new Response('own', { status: 418 }) })
          },
          418,
          'authorization',
        ],
      ])('%s', async (_, route, status, vary) => {
        const response = await ask(appWith(route), 'OWN')
        expect(response.status).toBe(status)
        expect(response.header('vary')).toBe(vary)
        if (status === 200 || status === 418) expect(response.body).toBe('own')
      })
    })

    describe('behind CORS middleware', () => {
      const crossOrigin = cors({ origin: 'https://app.example.com', credentials: true })
      const ids = (vary: string | undefined) => (vary ?? '').toLowerCase().split(/, */).sort()

      it.each([
        ['a pass', 'OWN', 200],
        ['a refusal', undefined, 401],
        ['a refusal of a role', 'LISTED', 403],
      ])('keeps the headers of %s', async (_, referenceId, status) => {
        const app = new Hono()
        app.use(crossOrigin, apiKeyAuth(authorizer, { tenant: 'acme', ip: () => '127.0.0.1' }))
        app.use(async (c, next) => {
          if (c.var.apiKey?.keyId === 'listed') return requireRole('Administrator')(c, next)
          await next()
        })
        app.get('/', ok)
        await expectCrossOrigin(app, referenceId, status)
      })

      it('keeps the headers of a refusal that onDenied answers', async () => {
        const onDenied = () => new Response('denied', { status: 404 })
        await expectCrossOrigin(appWith(ok, { onDenied }, crossOrigin), undefined, 404)
      })

      async function expectCrossOrigin(app: Hono, referenceId: string | undefined, status: number) {
        const response = await ask(app, referenceId)
        expect(response.status).toBe(status)
        expect(response.header('access-control-allow-origin')).toBe('https://app.example.com')
        expect(response.header('access-control-allow-credentials')).toBe('true')
        expect(ids(response.header('vary'))).toEqual(['authorization', 'origin'])
      }
    })

    it.each<[where: string, before: (c: Context) => void]>([
      [
        'on the context',
        (c) => {
          c.header('cache-control', 'public')
          c.header('www-authenticate', 'Basic')
          c.header('vary', 'Origin')
        },
      ],
      [
        'on its response',
        (c) => {
          c.res.headers.set('cache-control', 'public')
          c.res.headers.set('www-authenticate', 'Basic')
          c.res.headers.set('vary', 'Origin')
        },
      ],
    ])('wins over what stands %s already, and merges Vary', async (_, before) => {
      const response = await ask(
        appWith(ok, {}, async (c, next) => {
          before(c)
          await next()
        }),
      )
      expect(response.status).toBe(401)
      expect(response.header('cache-control')).toBe('no-store')
      expect(response.header('www-authenticate')).toBe('rest_api_key realm="api"')
      expect(response.header('content-type')).toBe('application/problem+json; charset=utf-8')
      expect(response.header('vary')).toBe('Origin, authorization')
      expect(response.body).toContain('missing_credentials')
    })

    it.each<[by: string, options: Partial<ApiKeyAuthOptions>, status: number, said: string]>([
      ['the decision', {}, 401, 'missing_credentials'],
      ['the decision if onDenied writes nothing', { onDenied: () => {} }, 401, 'missing_credentials'],
      ['that of onDenied', { onDenied: () => new Response('denied', { status: 404 }) }, 404, 'denied'],
    ])('replaces a response that an earlier middleware has set by %s', async (_, options, status, said) => {
      const response = await ask(
        appWith(ok, options, async (c, next) => {
          c.res = new Response('prepared', { headers: { 'content-language': 'en' } })
          await next()
        }),
      )
      expect(response.status).toBe(status)
      expect(response.body).toContain(said)
      if (status === 404) expect(response.header('content-language')).toBeUndefined()
    })

    describe('takes an answer of onDenied', () => {
      it.each<
        [what: string, onDenied: NonNullable<ApiKeyAuthOptions['onDenied']>, status: number, vary: string]
      >([
        ['that it has returned', (_, c) => c.text('denied', 404), 404, 'authorization'],
        [
          'that is a response of its own',
          () => new Response('denied', { status: 404 }),
          404,
          'authorization',
        ],
        [
          'with a Vary of its own',
          () => new Response('denied', { status: 404, headers: { vary: 'Accept' } }),
          404,
          'Accept, authorization',
        ],
        ['that is immutable', () => Response.redirect('https://example.com/', 302), 302, 'authorization'],
        ['without a body', () => new Response(null, { status: 304 }), 304, 'authorization'],
        [
          'that it has put on the context',
          (_, c) => {
            c.res = new Response('denied', { status: 404 })
          },
          404,
          'authorization',
        ],
      ])('%s', async (_, onDenied, status, vary) => {
        const response = await ask(appWith(ok, { onDenied }))
        expect(response.status).toBe(status)
        expect(response.header('vary')).toBe(vary)
        if (status === 404) expect(response.body).toBe('denied')
      })
    })

    it.each<[what: string, ip: ApiKeyAuthOptions['ip']]>([
      ['no function', undefined],
      ['a function that knows none', () => undefined],
      ['a function that returns an empty text', () => ''],
      ['a function that returns no address', () => 'localhost'],
      ['connection information without one', () => ({ remote: {} })],
      [
        'a function that throws',
        () => {
          throw new Error('no address')
        },
      ],
    ])('refuses a key with IP rules where %s gives the address', async (_, ip) => {
      expect((await ask(appWith(ok, { ip }), 'LISTED')).status).toBe(401)
      expect((await ask(appWith(ok, { ip }), 'OWN')).status).toBe(200)
    })

    it('knows the address of a connection only where there is one', async () => {
      const { status } = await ask(appWith(ok, { ip: getConnInfo }), 'LISTED')
      expect(status).toBe(ask === askDirectly ? 401 : 200)
    })
  })
}

it('adds to Vary in place where that is possible', async () => {
  const own = new Response('own')
  const answers: Response[] = []
  const app = appWith(
    () => own,
    {},
    async (c, next) => {
      await next()
      answers.push(c.res)
    },
  )
  await askDirectly(app, 'OWN')
  expect(answers).toEqual([own])
  expect(answers[0]).toBe(own)
})

it.each([
  ['of the URL where there is no other', {}, 'http://acme.api.example.com/', 200],
  ['of the URL, unless it is that of another tenant', {}, 'http://globex.api.example.com/', 401],
  ['of the header', { host: 'acme.api.example.com' }, 'http://globex.api.example.com/', 200],
  [
    'of the header, unless it is that of another tenant',
    { host: 'globex.api.example.com' },
    'http://acme.api.example.com/',
    401,
  ],
])('takes the host %s', async (_, headers, url, status) => {
  const app = appWith(ok, { tenant: tenantFromSubdomain('api.example.com') })
  const response = await app.request(url, {
    headers: { ...headers, authorization: authorizationFor('OWN') },
  })
  expect(response.status).toBe(status)
})

it('names an ip that is wrong', () => {
  const message = '"ip" must be getConnInfo of your runtime or a function of the context, not a string'
  expectRefusal(() => appWith(ok, { ip: canary as never }), 'invalid_option', message)
})
