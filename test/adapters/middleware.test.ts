import { once } from 'node:events'
import {
  type AuthorizerOptions,
  authorizationFor,
  createAuthorizer,
  type DecisionFacts,
  type Denied,
  isRestApiKeyError,
  memoryStore,
  type Principal,
  tenantFromHeader,
} from 'rest-api-key'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Answer,
  type Api,
  type Framework,
  type Route,
  type RunningApi,
  startApi,
  whoami,
} from '../support/http-api.js'
import { exchange, RawConnection, type RawRequestParts, type RawResponse } from '../support/http-client.js'
import { frameworks } from '../support/http-frameworks.js'
import { expectNoUnhandledRejections } from '../support/no-unhandled-rejections.js'
import { turn } from '../support/turn.js'

expectNoUnhandledRejections()

const store = memoryStore({
  keys: [
    {
      id: 'acme-key',
      referenceId: 'ACME',
      tenantId: 'acme',
      groupId: 'group-1',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      description: 'Nightly import',
      metadata: { plan: 'gold', limits: [1] },
    },
    { id: 'globex-key', referenceId: 'GLOBEX', tenantId: 'globex' },
    { id: 'local-key', referenceId: 'LOCAL', tenantId: 'acme', allowedIps: ['127.0.0.1'] },
  ],
})

const key = (referenceId: string) => `Authorization: ${authorizationFor(referenceId)}`
const ours: RawRequestParts = { lines: [key('ACME')] }
const admin: Route = { path: '/admin', roles: ['Administrator'], handle: () => 'welcome' }

/** Runs the API until the test ends. */
async function start(
  framework: Framework,
  api: Partial<Api> = {},
  options: Partial<AuthorizerOptions> = {},
): Promise<RunningApi> {
  const authorizer = createAuthorizer({ store, ...options })
  const running = await startApi(framework, { authorizer, tenant: 'acme', ...api })
  onTestFinished(() => running.close())
  return running
}

/** One request to an API of its own. */
async function ask(framework: Framework, api: Partial<Api>, request: RawRequestParts): Promise<RawResponse> {
  return exchange((await start(framework, api)).at, request)
}

function throwing(error: unknown): never {
  throw error
}

for (const framework of frameworks) {
  // A Fetch server has nothing on which a header could be set before there is a response.
  const hasEarlierHeaders = !framework.lacks?.includes('earlier headers')

  describe(framework.name, () => {
    describe('the principal on the request', () => {
      const open: Route = { ...whoami, path: '/open', open: true }
      const routes = [open, whoami]

      it('is undefined where no apiKeyAuth ran', async () => {
        expect((await ask(framework, { routes }, { target: '/open', ...ours })).body).toBe('undefined')
      })

      it('is null for an anonymous request', async () => {
        expect((await ask(framework, { routes, optional: true }, {})).body).toBe('null')
      })

      it('is what the key says', async () => {
        const { body } = await ask(framework, { routes }, ours)
        expect(JSON.parse(body)).toEqual({
          keyId: 'acme-key',
          tenantId: 'acme',
          groupId: 'group-1',
          onBehalfOf: 'jdoe',
          inRole: 'Operator',
          description: 'Nightly import',
          metadata: { plan: 'gold', limits: [1] },
        })
      })

      it('cannot be changed for the next request', async () => {
        const change: Route = {
          path: '/change',
          handle({ principalOf }) {
            const principal = principalOf() as Principal & { metadata: { limits: number[] } }
            const failures = [
              () => throwing(Object.assign(principal, { tenantId: 'globex' })),
              () => throwing(principal.metadata.limits.push(2)),
              () => throwing(Object.defineProperty(principal, 'inRole', { value: 'Administrator' })),
            ].map((attempt) => {
              try {
                return attempt()
              } catch (error) {
                return error instanceof TypeError
              }
            })
            return JSON.stringify(failures)
          },
        }
        const { at } = await start(framework, { routes: [change, whoami] })
        const before = await exchange(at, ours)
        expect((await exchange(at, { ...ours, target: '/change' })).body).toBe('[true,true,true]')
        expect((await exchange(at, ours)).body).toBe(before.body)
      })
    })

    describe('principalOf', () => {
      const handle: Route['handle'] = ({ principalOf }) => {
        try {
          return principalOf().keyId
        } catch (error) {
          return isRestApiKeyError(error) ? error.code : 'another error'
        }
      }
      const routes: readonly Route[] = [
        { path: '/open', open: true, handle },
        { path: '/guarded', handle },
      ]

      it.each([
        ['returns the principal', { target: '/guarded', ...ours }, 'acme-key'],
        ['throws for an anonymous request', { target: '/guarded' }, 'principal_missing'],
        ['throws where no apiKeyAuth ran', { target: '/open', ...ours }, 'api_key_auth_missing'],
      ])('%s', async (_, request, said) => {
        expect((await ask(framework, { routes, optional: true }, request)).body).toBe(said)
      })
    })

    describe('requireRole without apiKeyAuth', () => {
      const routes: readonly Route[] = [{ ...admin, open: true }]

      it('is an error of the application', async () => {
        const onError = vi.fn()
        const response = await ask(framework, { routes, onError }, { target: '/admin', ...ours })
        expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
        expect(response.body).toBe('handled by the application')
        expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'api_key_auth_missing' })]])
      })

      it('is a 500 by default', async () => {
        vi.spyOn(console, 'error').mockReturnValue()
        const response = await ask(framework, { routes }, { target: '/admin', ...ours })
        expect(response.status).toBe(500)
        expect(response.body).not.toContain('welcome')
      })
    })

    describe('onDenied', () => {
      const refusals = [
        ['of a request without a key', 'missing_credentials', 401, {}],
        ['of a role', 'role_not_allowed', 403, { target: '/admin', ...ours }],
      ] as const

      for (const [what, reason, status, request] of refusals) {
        describe(`for a refusal ${what}`, () => {
          const denied = (onDenied: Api['onDenied'], onError?: Api['onError']) =>
            ask(
              framework,
              { routes: [admin, whoami], ...(onDenied && { onDenied }), ...(onError && { onError }) },
              request,
            )

          it('is told the decision, once', async () => {
            const onDenied = vi.fn<(decision: Denied, answer: Answer) => void>()
            await denied(onDenied)
            expect(onDenied.mock.calls.map(([decision]) => decision)).toEqual([
              { allowed: false, reason, response: expect.objectContaining({ status }) },
            ])
          })

          it.each<[how: string, onDenied: NonNullable<Api['onDenied']>]>([
            [
              'at once',
              (_, answer) => {
                answer.set('x-denied', 'yes')
                answer.send(404, 'nothing here')
              },
            ],
            [
              'later',
              async (_, answer) => {
                await turn()
                answer.set('x-denied', 'yes')
                await turn()
                answer.send(404, 'nothing here')
                await turn()
              },
            ],
          ])('answers itself %s', async (_, onDenied) => {
            const onError = vi.fn()
            const response = await denied(onDenied, onError)
            expect(onError).not.toHaveBeenCalled()
            expect(response.status).toBe(404)
            expect(response.body).toBe('nothing here')
            expect(response.header('x-denied')).toBe('yes')
            expect(response.header('vary')).toBe('authorization')
            expect(response.header('www-authenticate')).toBeUndefined()
          })

          const unwritten: [how: string, onDenied: NonNullable<Api['onDenied']>][] = [
            ['at once', (_, answer) => answer.set('x-denied', 'yes')],
            [
              'later',
              async (_, answer) => {
                await turn()
                answer.set('x-denied', 'yes')
              },
            ],
            [
              'with a return value that is no answer',
              (_, answer) => {
                answer.set('x-denied', 'yes')
                return true
              },
            ],
          ]
          it.each(hasEarlierHeaders ? unwritten : [])(
            'leaves the answer to the decision after it set a header %s',
            async (_, onDenied) => {
              const plain = await denied(undefined)
              const response = await denied(onDenied)
              expect(response.header('x-denied')).toBe('yes')
              expect(plain.header('x-denied')).toBeUndefined()
              for (const name of [
                'content-type',
                'cache-control',
                'www-authenticate',
                'vary',
                'content-length',
              ]) {
                expect([name, response.header(name)]).toEqual([name, plain.header(name)])
              }
              expect(response.statusLine).toBe(plain.statusLine)
              expect(response.body).toBe(plain.body)
            },
          )

          if (hasEarlierHeaders)
            it('adds to Vary without losing ours', async () => {
              const response = await denied((_, answer) => answer.set('vary', 'Accept-Language'))
              expect(namesIn(response.header('vary'))).toEqual(['accept-language', 'authorization'])
            })

          const failure = Object.assign(new Error('secret of the application'), {
            status: 418,
            statusCode: 418,
            expose: true,
            headers: { 'x-secret': 'secret' },
          })
          const failures: [how: string, onDenied: NonNullable<Api['onDenied']>, cause: unknown][] = [
            ['throws', () => throwing(failure), failure],
            ['rejects', async () => throwing(failure), failure],
            ['throws no error', () => throwing('secret'), 'secret'],
            ['rejects with nothing', () => Promise.reject(), undefined],
            [
              'throws after it set a header and a status',
              (_, answer) => {
                answer.set('x-denied', 'yes')
                answer.status(401)
                throw failure
              },
              failure,
            ],
          ]

          it.each(failures)('that %s is an error of the application', async (_, onDenied, cause) => {
            const onError = vi.fn()
            const response = await denied(onDenied, onError)
            expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
            expect(response.body).toBe('handled by the application')
            expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'on_denied_failed' })]])
            expect(onError.mock.calls[0]?.[0].cause).toBe(cause)
          })

          it.each(failures)('that %s is a 500 by default and tells nothing', async (_, onDenied) => {
            vi.spyOn(console, 'error').mockReturnValue()
            const response = await denied(onDenied)
            expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
            expect(response.bytes).not.toMatch(/secret/)
          })
        })
      }

      it('is not asked about what passes', async () => {
        const onDenied = vi.fn()
        const { at } = await start(framework, { onDenied, optional: true })
        expect((await exchange(at, ours)).status).toBe(200)
        expect((await exchange(at, {})).status).toBe(200)
        expect(onDenied).not.toHaveBeenCalled()
      })
    })

    describe('an error of a route', () => {
      const failure = new Error('the route failed')
      it.each<[how: string, route: Omit<Route, 'path'>]>([
        ['thrown', { handle: () => throwing(failure) }],
        ['rejected', { handle: async () => throwing(failure) }],
        [
          'rejected later',
          {
            async handle() {
              await turn()
              throw failure
            },
          },
        ],
        ['thrown behind requireRole', { roles: ['Operator'], handle: () => throwing(failure) }],
        ['rejected behind requireRole', { roles: ['Operator'], handle: async () => throwing(failure) }],
      ])('%s reaches the error handler once, unchanged', async (_, route) => {
        const onError = vi.fn()
        const onDenied = vi.fn()
        const routes = [{ path: '/fail', ...route }]
        const response = await ask(framework, { routes, onError, onDenied }, { target: '/fail', ...ours })
        await turn()
        expect(response.status).toBe(500)
        expect(response.body).toBe('handled by the application')
        expect(onError.mock.calls).toEqual([[failure]])
        expect(onError.mock.calls[0]?.[0]).toBe(failure)
        expect(onDenied).not.toHaveBeenCalled()
      })
    })

    if (hasEarlierHeaders)
      describe('headers of an earlier middleware', () => {
        const requests: [what: string, request: RawRequestParts][] = [
          ['a pass', ours],
          ['a refusal', {}],
          ['a refusal of a role', { target: '/admin', ...ours }],
        ]

        for (const [what, request] of requests) {
          const answered = (...headers: readonly (readonly [name: string, value: string])[]) =>
            ask(
              framework,
              {
                tenant: tenantFromHeader('x-tenant'),
                routes: [admin, whoami],
                before: ({ set }) => {
                  for (const [name, value] of headers) set(name, value)
                },
              },
              { ...request, lines: ['X-Tenant: acme', ...(request.lines ?? [])] },
            )

          it.each([
            ['Origin', ['origin', 'authorization', 'x-tenant']],
            ['Accept-Encoding, Origin', ['accept-encoding', 'origin', 'authorization', 'x-tenant']],
            ['Authorization', ['authorization', 'x-tenant']],
            ['X-TENANT,Origin', ['x-tenant', 'origin', 'authorization']],
            ['*', ['*']],
          ])(`merges Vary: %s of ${what}`, async (vary, names) => {
            const response = await answered(['Vary', vary])
            expect(namesIn(response.header('vary'))).toEqual(names)
          })

          it(`keeps the others of ${what}`, async () => {
            const headers = [
              ['access-control-allow-origin', 'https://app.example.com'],
              ['access-control-expose-headers', 'x-request-id'],
              ['x-request-id', '42'],
            ] as const
            const response = await answered(...headers)
            for (const [name, value] of headers) expect(response.header(name)).toBe(value)
          })
        }

        it('do not make a refusal cacheable, nor another type', async () => {
          const response = await ask(
            framework,
            {
              before: ({ set }) => {
                set('cache-control', 'public, max-age=3600')
                set('content-type', 'text/html')
              },
            },
            {},
          )
          expect(response.header('cache-control')).toBe('no-store')
          expect(response.header('content-type')).toBe('application/problem+json; charset=utf-8')
        })
      })

    it('never mixes the principals of 1,000 interleaved requests of two tenants', async () => {
      let running = 0
      let mostRunning = 0
      const route: Route = {
        path: '/whoami',
        async handle({ apiKey, principalOf }) {
          const { tenantId } = principalOf()
          await turn()
          return apiKey === principalOf() ? tenantId : 'another principal'
        },
      }
      const { at } = await start(framework, {
        routes: [route],
        async tenant(request) {
          mostRunning = Math.max(mostRunning, ++running)
          const tenant = framework.header(request, 'x-tenant')
          for (let turns = Number(framework.header(request, 'x-turns')); turns > 0; turns--) await turn()
          running--
          return tenant
        },
      })
      const answers: string[] = []
      const expected: string[] = []
      async function client(index: number): Promise<void> {
        const connection = await RawConnection.open(at)
        for (let count = 0; count < 50; count++) {
          const tenant = (index + count) % 2 === 0 ? 'acme' : 'globex'
          const lines = [key(tenant.toUpperCase()), `X-Tenant: ${tenant}`, `X-Turns: ${(index * count) % 5}`]
          expected.push(tenant)
          answers.push((await connection.request({ lines })).body === tenant ? tenant : 'mixed')
        }
        connection.close()
      }
      await Promise.all(Array.from({ length: 20 }, (_, index) => client(index)))
      expect(answers).toHaveLength(1_000)
      expect(answers).not.toContain('mixed')
      expect(mostRunning).toBeGreaterThan(1)
    })

    it('captures the address at entry, because a closed connection has none', async () => {
      const facts: DecisionFacts[] = []
      const asked = deferred()
      const tenant = deferred()
      const onError = vi.fn()
      const { at, server } = await start(
        framework,
        {
          onError,
          async tenant() {
            asked.resolve()
            await tenant.promise
            return 'acme'
          },
        },
        { onDecision: (_, fact) => facts.push(fact) },
      )
      const connected = once(server, 'connection')
      const connection = await RawConnection.open(at)
      const answered = connection.request({ lines: [key('LOCAL')] }).catch(() => 'no answer')
      const [socket] = await connected
      await asked.promise
      connection.close()
      await once(socket, 'close')
      // Node.js forgets it too, unless somebody has asked before.
      Object.defineProperty(socket, 'remoteAddress', { value: undefined })
      tenant.resolve()
      expect(await answered).toBe('no answer')
      await vi.waitUntil(() => facts.length > 0)
      expect(facts).toMatchObject([{ outcome: 'allowed', keyId: 'local-key', ip: '127.0.0.1' }])
      expect((await exchange(at, { lines: [key('LOCAL')] })).status).toBe(200)
      expect(onError).not.toHaveBeenCalled()
    })

    // In Koa, Hono and Fetch nothing is sent before every middleware has returned.
    if (/^(Express|Fastify|Nest|node)/.test(framework.name)) {
      it.each([
        ['a pass', 'ACME'],
        ['a refusal', 'GLOBEX'],
      ])('leaves it at an answer that was given while it asked: %s', async (_, referenceId) => {
        const asked = deferred()
        const tenant = deferred()
        const decided = deferred()
        const onError = vi.fn()
        const route = vi.fn(whoami.handle)
        let timeOut = () => {}
        const { at } = await start(
          framework,
          {
            onError,
            routes: [{ ...whoami, handle: route }],
            before: ({ send }) => {
              timeOut = () => send(503, 'timed out')
            },
            async tenant() {
              asked.resolve()
              await tenant.promise
              return 'acme'
            },
          },
          { onDecision: () => decided.resolve() },
        )
        const answered = exchange(at, { lines: [key(referenceId)] })
        await asked.promise
        timeOut()
        expect((await answered).body).toBe('timed out')
        tenant.resolve()
        await decided.promise
        await turn()
        expect(route).not.toHaveBeenCalled()
        expect(onError).not.toHaveBeenCalled()
      })
    }

    it.each<[what: string, api: Record<string, unknown>, code: string]>([
      ['no tenant', { tenant: undefined }, 'invalid_option'],
      ['an empty tenant', { tenant: '' }, 'invalid_option'],
      ['a list of tenants', { tenant: ['acme'] }, 'invalid_option'],
      ['another tenant option', { tenant: {} }, 'invalid_option'],
      ['no authorizer', { authorizer: undefined }, 'invalid_option'],
      ['another authorizer', { authorizer: {} }, 'invalid_option'],
      ['an ip that is no function', { ip: '127.0.0.1' }, 'invalid_option'],
      ['an optional that is no boolean', { optional: 'yes' }, 'invalid_option'],
      ['no role', { routes: [{ ...admin, roles: [] }] }, 'invalid_option'],
      ['an empty role', { routes: [{ ...admin, roles: ['Operator', ''] }] }, 'invalid_option'],
    ])('does not start with %s', async (_, api, code) => {
      await expect(start(framework, api as Partial<Api>)).rejects.toMatchObject({ code })
    })

    it('tells onDecision of the request, once for each apiKeyAuth and once more for a role', async () => {
      const facts: DecisionFacts[] = []
      const { at } = await start(
        framework,
        { routes: [admin, whoami] },
        { onDecision: (_, fact) => facts.push(fact) },
      )
      await exchange(at, { target: '/admin', ...ours })
      expect(facts).toMatchObject([
        { outcome: 'allowed', keyId: 'acme-key', tenantId: 'acme', ip: '127.0.0.1' },
        { outcome: 'denied', keyId: 'acme-key', tenantId: 'acme', ip: '127.0.0.1' },
      ])
      expect(facts.map(({ request }) => framework.header(request, 'authorization'))).toEqual([
        'rest_api_key=ACME',
        'rest_api_key=ACME',
      ])
    })

    if (!framework.lacks?.includes('early refusals'))
      it('refuses before the body parser begins', async () => {
        const onBody = vi.fn()
        const route: Route = { method: 'POST', path: '/echo', handle: ({ body }) => body }
        const { at } = await start(framework, { routes: [route], onBody })
        const echo = { method: 'POST', target: '/echo', body: 'hello' }
        expect((await exchange(at, echo)).status).toBe(401)
        expect((await exchange(at, { ...echo, lines: [key('GLOBEX')] })).status).toBe(401)
        expect(onBody).not.toHaveBeenCalled()
        expect((await exchange(at, { ...echo, ...ours })).body).toBe('hello')
        expect(onBody).toHaveBeenCalledTimes(1)
      })
  })
}

function namesIn(vary: string | undefined): string[] {
  return (vary ?? '').split(',').map((name) => name.trim().toLowerCase())
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
