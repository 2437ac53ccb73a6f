import assert from 'node:assert/strict'
import type { RawConnection, RawResponse } from '../support/http-client.js'
import type { Case } from './suite/run-cases.js'

/** A door of the small API on a runtime. */
export interface Door {
  /** Begins the targets of the guarded routes, such as `/memory/hono`. */
  readonly path: string
  /** Begins the targets of what serves the tests, such as `/memory`. */
  readonly store: string
  /** Opens a connection from a client of this family. */
  connect(family: Family): Promise<RawConnection>
  /** The same to what serves the tests. */
  administer(): Promise<RawConnection>
  /** Sent with each request from a client of this family, as a proxy in front of the runtime does. */
  readonly forwarded?: Readonly<Record<Family, string>>
}

export type Family = 'ipv4' | 'ipv6'

const good = 'Authorization: rest_api_key=0123456789ABCDEF0123456789ABCDEF'
const keyLine = (referenceId: string) => `Authorization: rest_api_key=${referenceId}`
const acme = 'X-Tenant: acme'

const required = 'A REST API key is required: Authorization: rest_api_key={Reference ID}'
const problem = (title: string, status: number, code: string, detail: string) =>
  JSON.stringify({ title, status, detail, code, message: [detail] })

const refusals = {
  missing: problem('Unauthorized', 401, 'missing_credentials', required),
  malformed: problem('Unauthorized', 401, 'malformed_credentials', required),
  notAuthorized: problem(
    'Unauthorized',
    401,
    'not_authorized',
    'Not authorized: the REST API key does not belong to this tenant/IP.',
  ),
  role: problem(
    'Forbidden',
    403,
    'role_not_allowed',
    'The role of this REST API key may not use this endpoint.',
  ),
  unavailable: problem(
    'Service Unavailable',
    503,
    'temporarily_unavailable',
    'REST API keys cannot be checked at the moment. Try again.',
  ),
}

/** What a client of the small API sees, written out: every byte of a body, and each header of ours. */
export function httpCases(door: Door): readonly Case[] {
  interface Parts {
    readonly path?: string
    readonly from?: Family
  }

  async function ask(lines: readonly string[], { path = '/whoami', from = 'ipv4' }: Parts = {}) {
    const connection = await door.connect(from)
    try {
      return await connection.request(partsOf(lines, path, from))
    } finally {
      connection.close()
    }
  }

  function partsOf(lines: readonly string[], path: string, from: Family) {
    const forwarded = door.forwarded === undefined ? [] : [door.forwarded[from]]
    return { target: `${door.path}${path}`, lines: [...forwarded, ...lines] }
  }

  async function administer(method: string, path: string): Promise<unknown> {
    const connection = await door.administer()
    try {
      const response = await connection.request({
        method,
        target: `${door.store}${path}`,
        lines: ['Content-Length: 0'],
      })
      assert.equal(response.status, 200, response.body)
      return JSON.parse(response.body)
    } finally {
      connection.close()
    }
  }

  return [
    {
      name: 'lets a key of its tenant pass, with its principal and nothing secret',
      async run() {
        const response = await ask([good, acme])
        assert.equal(response.status, 200, response.body)
        const { keyId, groupId, ...principal } = JSON.parse(response.body)
        assert.ok(keyId !== '' && groupId !== '')
        assert.deepEqual(principal, {
          tenantId: 'acme',
          onBehalfOf: null,
          inRole: 'Reader',
          description: 'Nightly import',
          metadata: null,
        })
        assert.deepEqual(varyOf(response), ['authorization', 'x-tenant'])
      },
    },
    {
      name: 'reads the name of the scheme in any case, and strips blanks around',
      async run() {
        const response = await ask([
          'authorization:  \t REST_API_KEY=0123456789ABCDEF0123456789ABCDEF \t ',
          acme,
        ])
        assert.equal(response.status, 200, response.body)
      },
    },
    {
      name: 'refuses a request without a key, and one of another scheme',
      async run() {
        expectRefusal(await ask([acme]), 401, refusals.missing)
        expectRefusal(await ask(['Authorization:', acme]), 401, refusals.missing)
        expectRefusal(await ask(['Authorization: Bearer abc', acme]), 401, refusals.missing)
      },
    },
    {
      name: 'refuses what is malformed, and two lines whatever they say',
      async run() {
        for (const value of [
          'rest_api_key',
          'rest_api_key=',
          'rest_api_key = A',
          'rest_api_key="A"',
          'rest_api_key=ä',
        ])
          expectRefusal(await ask([`Authorization: ${value}`, acme]), 401, refusals.malformed)
        expectRefusal(await ask([good, good, acme]), 401, refusals.malformed)
        expectRefusal(await ask(['Authorization: Basic abc', good, acme]), 401, refusals.malformed)
      },
    },
    {
      name: 'refuses unknown, deactivated, expired, foreign keys and wrong addresses with the same bytes',
      async run() {
        const lines = [
          [keyLine('UNKNOWN'), acme],
          [keyLine('0123456789abcdef0123456789abcdef'), acme],
          [keyLine('DEACTIVATED'), acme],
          [keyLine('EXPIRED'), acme],
          [keyLine('GLOBEX'), acme],
          [keyLine('ELSEWHERE'), acme],
          [good, 'X-Tenant: globex'],
          [good, 'X-Tenant: Acme'],
          [good, 'X-Tenant: acme, globex'],
          [good],
        ]
        const answers: string[] = []
        for (const each of lines) {
          const response = await ask(each)
          expectRefusal(response, 401, refusals.notAuthorized)
          answers.push(withoutDate(response))
        }
        assert.deepEqual([...new Set(answers)].length, 1)
      },
    },
    {
      name: 'lets a key pass until it expires',
      async run() {
        assert.equal((await ask([keyLine('EXPIRES-LATER'), acme])).status, 200)
      },
    },
    {
      name: 'keeps the tenants apart',
      async run() {
        assert.equal((await ask([keyLine('GLOBEX'), 'X-Tenant: globex'])).status, 200)
        expectRefusal(await ask([keyLine('GLOBEX'), acme]), 401, refusals.notAuthorized)
      },
    },
    {
      name: 'guards a route by role',
      async run() {
        assert.equal((await ask([keyLine('OPERATOR'), acme], { path: '/operators' })).body, 'operator')
        const response = await ask([good, acme], { path: '/operators' })
        assert.equal(response.status, 403)
        assert.equal(response.body, refusals.role)
      },
    },
    {
      name: 'lets keys with IP rules pass from their IPv4 and IPv6 addresses only',
      async run() {
        const families: readonly (readonly [Family, Family, readonly string[]])[] = [
          ['ipv4', 'ipv6', ['IPV4', 'IPV4-BLOCK', 'IPV4-MAPPED']],
          ['ipv6', 'ipv4', ['IPV6', 'IPV6-RANGE']],
        ]
        for (const [own, other, referenceIds] of families) {
          for (const referenceId of referenceIds) {
            assert.equal((await ask([keyLine(referenceId), acme], { from: own })).status, 200, referenceId)
            expectRefusal(
              await ask([keyLine(referenceId), acme], { from: other }),
              401,
              refusals.notAuthorized,
            )
          }
        }
      },
    },
    {
      name: 'answers 503 while the store fails or hangs, and goes on',
      async run() {
        for (const referenceId of ['FAILING', 'HANGING']) {
          const response = await ask([keyLine(referenceId), acme])
          assert.equal(response.status, 503)
          assert.equal(response.body, refusals.unavailable)
          assert.equal(response.header('retry-after'), '2')
          assert.equal(response.header('www-authenticate'), undefined)
          assert.doesNotMatch(response.bytes, /FAILING|HANGING|refused/)
        }
        assert.equal((await ask([good, acme])).status, 200)
      },
    },
    {
      name: 'answers many at once, each its own',
      async run() {
        const created: Created[] = []
        for (let i = 0; i < 4; i++) created.push((await administer('POST', '/keys')) as Created)
        const asked = Array.from({ length: 40 }, (_, index) => created[index % created.length] as Created)
        const answers = await Promise.all(
          asked.map(({ referenceId }, index) =>
            ask([keyLine(index % 5 === 0 ? `UNKNOWN-${index}` : referenceId), acme]),
          ),
        )
        for (const [index, response] of answers.entries()) {
          if (index % 5 === 0) expectRefusal(response, 401, refusals.notAuthorized)
          else assert.equal(JSON.parse(response.body).keyId, asked[index]?.id)
        }
      },
    },
    {
      name: 'a key that is created works at once, and none that was deactivated or deleted',
      async run() {
        for (const [method, path] of [
          ['POST', '/deactivate'],
          ['DELETE', ''],
        ] as const) {
          const { referenceId, id } = (await administer('POST', '/keys')) as Created
          assert.equal((await ask([keyLine(referenceId), acme])).status, 200)
          await administer(method, `/keys/${id}${path}`)
          expectRefusal(await ask([keyLine(referenceId), acme]), 401, refusals.notAuthorized)
        }
      },
    },
    {
      name: 'keeps the connection after a refusal, and answers a HEAD request without a body',
      async run() {
        const connection = await door.connect('ipv4')
        try {
          expectRefusal(await connection.request(partsOf([acme], '/whoami', 'ipv4')), 401, refusals.missing)
          const head = { ...partsOf([acme], '/whoami', 'ipv4'), method: 'HEAD' }
          assert.equal((await connection.request(head)).status, 401)
          assert.equal((await connection.request(partsOf([good, acme], '/whoami', 'ipv4'))).status, 200)
        } finally {
          connection.close()
        }
      },
    },
    {
      name: 'a client that goes away during its look-up takes nobody else with it',
      async run() {
        await administer('POST', '/flush')
        const leaving = await door.connect('ipv4')
        const { target, lines } = partsOf([keyLine('SLOW'), acme], '/whoami', 'ipv4')
        leaving.write([`GET ${target} HTTP/1.1`, 'Host: api.example.com', ...lines, '', ''].join('\r\n'))
        while ((await administer('GET', '/slow')) === 0);
        const following = ask([keyLine('SLOW'), acme])
        leaving.close()
        assert.equal((await following).status, 200)
        const { referenceId } = (await administer('POST', '/keys')) as Created
        assert.equal((await ask([keyLine(referenceId), acme])).status, 200)
        assert.equal((await ask([keyLine('SLOW'), acme])).status, 200)
      },
    },
  ]
}

interface Created {
  readonly referenceId: string
  readonly id: string
}

function expectRefusal(response: RawResponse, status: number, body: string): void {
  assert.equal(response.status, status, response.body)
  assert.equal(response.body, body)
  assert.equal(response.header('www-authenticate'), 'rest_api_key realm="api"')
  assert.equal(response.header('content-type'), 'application/problem+json; charset=utf-8')
  assert.equal(response.header('cache-control'), 'no-store')
  assert.deepEqual(varyOf(response), ['authorization', 'x-tenant'])
}

function varyOf(response: RawResponse): string[] {
  return (response.header('vary') ?? '').toLowerCase().split(/, */)
}

function withoutDate({ headers, body }: RawResponse): string {
  const lines = headers.filter(([name]) => name.toLowerCase() !== 'date')
  return JSON.stringify([lines, body])
}
