import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Authorizer, createAuthorizer, memoryStore } from 'rest-api-key'
import { type Framework, startApi } from '../support/http-api.js'
import { RawConnection, type RawResponse } from '../support/http-client.js'
import { frameworks } from '../support/http-frameworks.js'
import { type Campaign, campaignOf } from './campaign.js'
import { headerValue, knownId } from './credentials-arbitraries.js'
import { type Reading, readingOf } from './credentials-oracle.js'
import { type RawHead, readRawHead } from './raw-head.js'

export function rightAuthorizer(): Authorizer {
  return createAuthorizer({
    store: memoryStore({ keys: [{ id: 'own', referenceId: knownId, tenantId: 'acme' }] }),
  })
}

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Proxy-Authorization',
      'X-Authorization',
      'Cookie',
      'Accept',
      'X-Forwarded-For',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Authorization ',
      ' Authorization',
      'Author ization',
      'Authorization\0',
      'Authorizatio\u00f1',
      '',
    ),
  },
)
const separator = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(': ', ':', ':\t ', ':   ') },
  { weight: 1, arbitrary: fc.constantFrom('', ' : ', '::', '=', ':\0', ':\r\n ', ':\n\t', ':\r') },
)
const end = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('\r\n', ' \r\n', '\t\r\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\n', '\r', '\0\r\n', '\r\r\n', '\r\n ', '\r\n\t', '\r\n\r\n', '\v\r\n', ''),
  },
)
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(name, separator, headerValue, end).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `X-Long: ${'x'.repeat(7_000)}\r\n`,
      `X-Long: ${'x'.repeat(17_000)}\r\n`,
      'x\r\n',
      ':\r\n',
    ),
  },
)

/**
 * Bytes of header lines, sent to every major of every framework: a request passes only if it has exactly one well-formed
 * `Authorization` line with the id that exists, and is refused with a status of 400 to 499 otherwise, everywhere the same.
 */
export async function headersCampaign(authorizer: Authorizer = rightAuthorizer()): Promise<Campaign> {
  const apis = await Promise.all(
    frameworks.map(async (framework) => ({
      framework,
      api: await startApi(framework, { authorizer, tenant: 'acme' }),
    })),
  )
  return campaignOf({
    name: 'headers',
    inputs: fc.array(line, { maxLength: 4 }),
    async check(lines) {
      const fields = `Host: acme.api.example.com\r\n${lines.join('')}\r\n\r\n`
      const answers = await Promise.all(
        apis.map(async ({ framework, api }) => [framework, await answerTo(api.at, fields)] as const),
      )
      const head = readRawHead(fields)
      for (const [framework, answer] of answers) judge(framework, answer, head)
      if (head.isAlone) assertSame(answers.filter(([framework]) => !joins(framework)))
    },
    async close() {
      await Promise.all([...apis.map(({ api }) => api.close()), authorizer.close()])
    },
  })
}

async function answerTo(at: number | string, fields: string): Promise<RawResponse> {
  const connection = await RawConnection.open(at)
  try {
    connection.write(`GET /whoami HTTP/1.1\r\n${fields}`)
    return await connection.response()
  } finally {
    connection.close()
  }
}

/** Whether it sees the lines of one name as one, with commas between them. */
function joins({ lacks = [] }: Framework): boolean {
  return lacks.includes('header lines')
}

function judge(framework: Framework, { status, body }: RawResponse, head: RawHead): void {
  const { isStrict, isTolerable, authorization } = head
  const seen = joins(framework) && authorization.length > 0 ? [authorization.join(', ')] : authorization
  const expected = outcomeOf(readingOf(['rest_api_key'], { authorization: seen, 'x-api-key': [] }))
  const outcome = status === 200 ? JSON.parse(body).keyId : status === 401 ? JSON.parse(body).code : 'refused'
  const shown = `${framework.name}: ${status} ${body}`
  assert.ok(status === 200 || (status >= 400 && status <= 499), shown)
  if (status === 200) assert.ok(isTolerable && expected === 'own', shown)
  if (isStrict) assert.equal(outcome, expected, shown)
}

function outcomeOf(reading: Reading): string {
  if (typeof reading === 'string') return `${reading}_credentials`
  return reading.referenceId === knownId ? 'own' : 'not_authorized'
}

/** What the parser of Node.js refuses, frameworks may dress in their own words. */
function assertSame(answers: readonly (readonly [Framework, RawResponse])[]): void {
  const [first, ...others] = answers.map(([, { status, body, header }]) =>
    status === 400 || status === 431
      ? [status]
      : [status, body, header('vary'), header('www-authenticate'), header('cache-control')],
  )
  for (const [index, other] of others.entries()) {
    assert.deepEqual(
      other,
      first,
      `${answers[index + 1]?.[0].name} answers otherwise than ${answers[0]?.[0].name}`,
    )
  }
}
