import {
  bearerCredentials,
  type CredentialFormat,
  createAuthorizer,
  type HeaderLines,
  headerCredentials,
  headerLinesOf,
  isRestApiKeyError,
  type KeyStore,
  restApiKeyCredentials,
  sha256Digest,
} from 'rest-api-key'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isReferenceId, parseCredentials, readCredentials, stripBlanks } from '../../src/credentials.js'
import { KeyCache } from '../../src/key-cache.js'
import { linesOf } from '../support/header-lines.js'
import { expectRefusal } from '../support/refusals.js'

/** What became of a request: a refusal without a look-up, or the one Reference ID that was looked up. */
type Outcome = 'missing_credentials' | 'malformed_credentials' | { readonly lookedUp: string }

const missing = 'missing_credentials'
const malformed = 'malformed_credentials'
const lookedUp = (id: string): Outcome => ({ lookedUp: id })

const id = '0123456789ABCDEF0123456789ABCDEF'
const good = `rest_api_key=${id}`
const nbsp = '\u00a0'

afterEach(() => vi.restoreAllMocks())

/** Sends the header lines to an authorizer with an empty store and counts everything that they cause. */
async function outcomeOf(
  headerLines: HeaderLines,
  credentials: CredentialFormat | readonly CredentialFormat[] = restApiKeyCredentials(),
): Promise<{ outcome: Outcome; storeReads: number; cacheReads: number }> {
  const hashed = new Set<string>()
  const findByDigest = vi.fn<KeyStore['findByDigest']>(async () => null)
  const cacheGet = vi.spyOn(KeyCache.prototype, 'get')
  const sha256 = sha256Digest()
  const authorizer = createAuthorizer({
    store: { findByDigest },
    credentials,
    digest: (referenceId) => {
      hashed.add(referenceId)
      return sha256(referenceId)
    },
  })
  const decision = await authorizer.authorize({ headerLines, tenantId: 'acme', ip: '192.0.2.7' })
  if (decision.allowed) expect.fail('an empty store authorizes nobody')
  const { reason } = decision
  const counts = { storeReads: findByDigest.mock.calls.length, cacheReads: cacheGet.mock.calls.length }
  if (reason === 'unknown_key') {
    expect(hashed.size).toBe(1)
    const [referenceId] = [...hashed] as [string]
    expect(findByDigest.mock.calls[0]?.[0]).toBe(sha256(referenceId))
    return { outcome: { lookedUp: referenceId }, ...counts }
  }
  expect(hashed.size).toBe(0)
  return { outcome: reason as Outcome, ...counts }
}

type Row = readonly [title: string, lines: string | readonly string[], outcome: Outcome]

function itReads(rows: readonly Row[], credentials?: CredentialFormat | readonly CredentialFormat[]): void {
  it.each(rows)('%s', async (_, lines, outcome) => {
    await expectOutcome(linesOf({ authorization: lines }), outcome, credentials)
  })
}

async function expectOutcome(
  headerLines: HeaderLines,
  outcome: Outcome,
  credentials?: CredentialFormat | readonly CredentialFormat[],
): Promise<void> {
  const actual = await outcomeOf(headerLines, credentials)
  expect(actual.outcome).toEqual(outcome)
  if (typeof outcome === 'string') expect(actual).toMatchObject({ storeReads: 0, cacheReads: 0 })
  else expect(actual.storeReads).toBe(1)
}

describe('the Authorization header', () => {
  describe('is looked up', () => {
    itReads([
      ['as the documentation shows it', good, lookedUp(id)],
      ['with the name in upper case', `REST_API_KEY=${id}`, lookedUp(id)],
      ['with the name in mixed case', `Rest_Api_Key=${id}`, lookedUp(id)],
      ['with the case of the id kept', 'rest_api_key=AbCdEf', lookedUp('AbCdEf')],
      ['with an id of one character', 'rest_api_key=x', lookedUp('x')],
      ['with every character that an id can have', 'rest_api_key=AZaz09-._~', lookedUp('AZaz09-._~')],
      ['with an id of 256 characters', `rest_api_key=${'a'.repeat(256)}`, lookedUp('a'.repeat(256))],
      ['with an id that is our name', 'rest_api_key=rest_api_key', lookedUp('rest_api_key')],
      ['with an id that is a scheme', 'rest_api_key=Bearer', lookedUp('Bearer')],
      ['with an id of dots only', 'rest_api_key=..', lookedUp('..')],
      ['with an id that is a number', 'rest_api_key=0', lookedUp('0')],
      ['with spaces at both ends', `  ${good}   `, lookedUp(id)],
      ['with tabs at both ends', `\t${good}\t`, lookedUp(id)],
      ['with 8 kB of spaces in front', `${' '.repeat(8192)}${good}`, lookedUp(id)],
    ])
  })

  describe('is missing', () => {
    itReads([
      ['without a line', [], missing],
      ['on an empty line', '', missing],
      ['on a line of spaces', '   ', missing],
      ['on a line of tabs', '\t\t', missing],
      ['on a line of 8 kB of spaces', ' '.repeat(8192), missing],
      ['with Basic credentials', 'Basic YWxhZGRpbjpvcGVuc2VzYW1l', missing],
      ['with a Bearer token', 'Bearer mF_9.B5f-4.1JqM', missing],
      ['with a scheme in lower case', 'bearer mF_9.B5f-4.1JqM', missing],
      ['with a scheme alone', 'Negotiate', missing],
      ['with a scheme and blanks around it', ' Negotiate ', missing],
      ['with Digest credentials', 'Digest username="jdoe", realm="api", uri="/"', missing],
      ['with a scheme of token characters', "!#$%&'*+-.^_`|~09azAZ x", missing],
      ['with a scheme of 8 kB', 'a'.repeat(8192), missing],
      ['with a scheme and a token of 8 kB', `Bearer ${'a'.repeat(8192)}`, missing],
      ['with a scheme and 8 kB of "="', `Basic ${'='.repeat(8192)}`, missing],
      ['with a scheme and two spaces', 'Bearer  x', missing],
      ['with a scheme that is our name after one letter', `xrest_api_key ${id}`, missing],
      ['with a scheme that ends like our name', `x_rest_api_key ${id}`, missing],
      ['with a scheme that is the beginning of our name', `rest_api ${id}`, missing],
      ['with two foreign schemes that Fetch has joined', 'Basic YTpi, Bearer x', missing],
      ['with a foreign scheme whose token has our name in it', `Bearer xrest_api_key=${id}`, missing],
    ])
  })

  describe('is malformed', () => {
    itReads([
      ['with our name alone', 'rest_api_key', malformed],
      ['with our name and a blank', 'rest_api_key ', malformed],
      ['without an id', 'rest_api_key=', malformed],
      ['without an id, with blanks behind', 'rest_api_key=  ', malformed],
      ['with our name as a scheme', `rest_api_key ${id}`, malformed],
      ['with a longer name', `rest_api_keys=${id}`, malformed],
      ['with a longer name as a scheme', `rest_api_key2 ${id}`, malformed],
      ['with a name with hyphens', `rest-api-key=${id}`, malformed],
      ['with a name without underscores', `restapikey=${id}`, malformed],
      ['with a colon for the equals sign', `rest_api_key:${id}`, malformed],
      ['with a blank before the equals sign', `rest_api_key =${id}`, malformed],
      ['with a blank behind the equals sign', `rest_api_key= ${id}`, malformed],
      ['with a tab behind the equals sign', `rest_api_key=\t${id}`, malformed],
      ['with a blank in the id', 'rest_api_key=abc def', malformed],
      ['with two equals signs', `rest_api_key==${id}`, malformed],
      ['with an equals sign behind the id', `${good}=`, malformed],
      ['with 8 kB of "=" behind our name', `rest_api_key${'='.repeat(8192)}`, malformed],
      ['with 8 kB of "="', '='.repeat(8192), malformed],
      ['with an id of 257 characters', `rest_api_key=${'a'.repeat(257)}`, malformed],
      ['with an id of 8 kB', `rest_api_key=${'a'.repeat(8192)}`, malformed],
      ['with 8 kB of commas', ','.repeat(8192), malformed],
      ['with the id in double quotes', `rest_api_key="${id}"`, malformed],
      ['with the id in single quotes', `rest_api_key='${id}'`, malformed],
      ['with the whole value in quotes', `"${good}"`, malformed],
      ['with the id in braces, as the documentation writes its place', `rest_api_key={${id}}`, malformed],
      ['with the id in angle brackets', `rest_api_key=<${id}>`, malformed],
      ['with a percent escape in the id', 'rest_api_key=abc%41', malformed],
      ['with a percent escape for the equals sign', `rest_api_key%3D${id}`, malformed],
      ['with a plus sign', 'rest_api_key=abc+def', malformed],
      ['with a slash', 'rest_api_key=abc/def', malformed],
      ['with a stored clear-text digest', `rest_api_key=plain:${id}`, malformed],
      ['with a semicolon behind the id', `${good};`, malformed],
      ['with parameters', `${good};v=1`, malformed],
      ['with a comma behind the id', `${good},`, malformed],
      ['with a comma before it', `,${good}`, malformed],
      ['with two keys in a comma list', `${good},${good}`, malformed],
      ['with two keys that Fetch has joined', `${good}, ${good}`, malformed],
      ['with a foreign scheme behind it, joined by Fetch', `${good}, Bearer x`, malformed],
      ['with a foreign scheme before it, joined by Fetch', `Bearer x, ${good}`, malformed],
      ['with a foreign scheme before it, joined without a blank', `Bearer x,${good}`, malformed],
      ['with a foreign scheme before it, joined with a tab', `Bearer x,\t${good}`, malformed],
      ['behind two foreign schemes', `Basic a, Bearer b, ${good}`, malformed],
      ['behind a foreign scheme, in upper case', `Bearer x, REST_API_KEY=${id}`, malformed],
      ['behind a foreign scheme, with a quoted id', `Bearer x, rest_api_key="${id}"`, malformed],
      ['with a scheme in front of our name', `ApiKey,${good}`, malformed],
      ['with a foreign scheme, a tab and a token', 'Bearer\tabc', malformed],
      ['with a foreign scheme alone and an empty line, joined by Fetch', 'Bearer,', malformed],
      ['with a foreign scheme and an equals sign', 'Bearer=abc', malformed],
      ['with the id alone, in braces', `{${id}}`, malformed],
      ['with NBSP in front', `${nbsp}${good}`, malformed],
      ['with NBSP behind', `${good}${nbsp}`, malformed],
      ['with NBSP alone', nbsp, malformed],
      ['with an ideographic space behind', `${good}\u3000`, malformed],
      ['with a zero-width space in the id', 'rest_api_key=abc\u200bdef', malformed],
      ['with a byte order mark in front', `\ufeff${good}`, malformed],
      ['with NUL behind the id', `${good}\0`, malformed],
      ['with NUL in front', `\0${good}`, malformed],
      ['with a control character in the id', 'rest_api_key=abc\x01def', malformed],
      ['with DEL in the id', 'rest_api_key=abc\x7f', malformed],
      ['with a line feed behind', `${good}\n`, malformed],
      ['with a line break and another header', `${good}\r\nx-tenant: globex`, malformed],
      ['with a vertical tab in front', `\v${good}`, malformed],
      ['with a form feed behind', `${good}\f`, malformed],
      ['with the Kelvin sign in our name', `rest_api_\u212aey=${id}`, malformed],
      ['with a long s in our name', `re\u017ft_api_key=${id}`, malformed],
      ['with a dotless i in our name', `rest_ap\u0131_key=${id}`, malformed],
      ['with the Kelvin sign in the id', 'rest_api_key=\u212a', malformed],
      ['with a Cyrillic letter in the id', 'rest_api_key=\u0410BC', malformed],
      ['with an accent in the id', 'rest_api_key=caf\u00e9', malformed],
      ['with full-width digits', 'rest_api_key=\uff11\uff12', malformed],
      ['with a full-width equals sign', `rest_api_key\uff1d${id}`, malformed],
      ['with an emoji', 'rest_api_key=\u{1f511}', malformed],
      ['with a lone surrogate', 'rest_api_key=\ud800', malformed],
      ['with a character whose low byte is a letter', 'rest_api_key=\u0141', malformed],
      ['on two lines', [good, 'rest_api_key=other'], malformed],
      ['on two equal lines', [good, good], malformed],
      ['with an empty line beside it', [good, ''], malformed],
      ['with an empty line before it', ['', good], malformed],
      ['with a foreign line beside it', [good, 'Bearer x'], malformed],
      ['with a foreign line before it', ['Bearer x', good], malformed],
      ['on two empty lines', ['', ''], malformed],
      ['on two foreign lines', ['Bearer x', 'Basic YTpi'], malformed],
      ['on 1,000 lines', Array.from({ length: 1000 }, () => good), malformed],
    ])
  })
})

describe('a request whose credentials are optional', () => {
  it.each([
    ['passes as anonymous if they are missing', 'Bearer x', true],
    ['is refused if they are malformed', 'rest_api_key=', false],
  ])('%s', async (_, authorization, allowed) => {
    const authorizer = createAuthorizer({ store: { findByDigest: async () => null } })
    const headerLines = linesOf({ authorization })
    const decision = await authorizer.authorize({ headerLines, tenantId: 'acme', optional: true })
    expect(decision.allowed).toBe(allowed)
  })
})

describe('restApiKeyCredentials and bearerCredentials on one header', () => {
  const both = [restApiKeyCredentials(), bearerCredentials()]
  itReads(
    [
      ['reads the one', good, lookedUp(id)],
      ['reads the other', `Bearer ${id}`, lookedUp(id)],
      ['reads the other in lower case', `bearer ${id}`, lookedUp(id)],
      ['takes "Bearer" behind our name for an id', 'rest_api_key=Bearer', lookedUp('Bearer')],
      ['takes our name behind Bearer for an id', 'Bearer rest_api_key', lookedUp('rest_api_key')],
      ['refuses Bearer without a token', 'Bearer', malformed],
      ['refuses Bearer and a blank', 'Bearer ', malformed],
      ['refuses two spaces behind Bearer', `Bearer  ${id}`, malformed],
      ['refuses a tab behind Bearer', `Bearer\t${id}`, malformed],
      ['refuses an equals sign behind Bearer', `Bearer=${id}`, malformed],
      ['refuses a token that is no id', 'Bearer abc=', malformed],
      ['refuses a token of 257 characters', `Bearer ${'a'.repeat(257)}`, malformed],
      ['refuses our whole value as a token', `Bearer ${good}`, malformed],
      ['refuses the Kelvin sign in place of a letter', `Bearer \u212a`, malformed],
      ['refuses a Bearer token behind ours', `${good}, Bearer ${id}`, malformed],
      ['refuses ours behind a Bearer token', `Bearer ${id}, ${good}`, malformed],
      ['refuses a Bearer token behind a foreign scheme', `Basic YTpi, Bearer ${id}`, malformed],
      ['refuses ours behind a foreign scheme', `Basic YTpi, ${good}`, malformed],
      ['refuses two lines', [good, `Bearer ${id}`], malformed],
      ['leaves a longer scheme to others', `Bearers ${id}`, missing],
      ['leaves Basic to others', 'Basic YTpi', missing],
      ['finds nothing on an empty line', '', missing],
    ],
    both,
  )

  it('reads the same whichever comes first', async () => {
    for (const credentials of [both, [...both].reverse()]) {
      await expectOutcome(linesOf({ authorization: good }), lookedUp(id), credentials)
      await expectOutcome(linesOf({ authorization: `Bearer ${id}` }), lookedUp(id), credentials)
    }
  })
})

describe('bearerCredentials alone', () => {
  itReads(
    [
      ['reads a Bearer token', `Bearer ${id}`, lookedUp(id)],
      ['takes our name for something malformed', good, malformed],
      ['leaves Basic to others', 'Basic YTpi', missing],
    ],
    bearerCredentials(),
  )
})

describe('headerCredentials', () => {
  const credentials = headerCredentials('X-Api-Key')
  const rows: readonly Row[] = [
    ['reads the whole value', id, lookedUp(id)],
    ['strips spaces and tabs at the ends', ` \t${id}\t `, lookedUp(id)],
    ['reads 256 characters', 'a'.repeat(256), lookedUp('a'.repeat(256))],
    ['reads the name of a scheme as an id', 'Bearer', lookedUp('Bearer')],
    ['finds nothing without a line', [], missing],
    ['finds nothing on an empty line', ' ', missing],
    ['refuses 257 characters', 'a'.repeat(257), malformed],
    ['refuses our name in front', good, malformed],
    ['refuses a scheme in front', `Bearer ${id}`, malformed],
    ['refuses two lines that Fetch has joined', `${id}, ${id}`, malformed],
    ['refuses two lines', [id, id], malformed],
    ['refuses NBSP at the end', `${id}${nbsp}`, malformed],
    ['refuses quotes', `"${id}"`, malformed],
  ]
  it.each(rows)('%s', async (_, lines, outcome) => {
    await expectOutcome(linesOf({ 'x-api-key': lines }), outcome, credentials)
  })

  it('does not read the Authorization header', async () => {
    await expectOutcome(linesOf({ authorization: good }), missing, credentials)
  })
})

describe('formats on two headers', () => {
  const credentials = [restApiKeyCredentials(), headerCredentials('x-api-key')]
  it.each<[title: string, headers: Record<string, string | readonly string[]>, outcome: Outcome]>([
    ['reads the one', { authorization: good }, lookedUp(id)],
    ['reads the other', { 'x-api-key': 'other' }, lookedUp('other')],
    ['reads the one beside an empty other', { authorization: good, 'x-api-key': '' }, lookedUp(id)],
    ['reads the other beside a foreign scheme', { authorization: 'Bearer x', 'x-api-key': id }, lookedUp(id)],
    ['refuses both', { authorization: good, 'x-api-key': 'other' }, malformed],
    ['refuses both, even if they are equal', { authorization: good, 'x-api-key': id }, malformed],
    ['refuses a malformed one beside a good one', { authorization: good, 'x-api-key': 'a b' }, malformed],
    [
      'refuses a good one beside a malformed one',
      { authorization: 'rest_api_key=', 'x-api-key': id },
      malformed,
    ],
    ['refuses two lines of the second', { 'x-api-key': [id, id] }, malformed],
    [
      'refuses two foreign lines beside a good one',
      { authorization: ['a b', 'c d'], 'x-api-key': id },
      malformed,
    ],
    ['finds nothing in neither', {}, missing],
    [
      'finds nothing in a foreign scheme and an empty line',
      { authorization: 'Basic YTpi', 'x-api-key': '' },
      missing,
    ],
  ])('%s', async (_, headers, outcome) => {
    await expectOutcome(linesOf(headers), outcome, credentials)
  })
})

describe('a Fetch Headers object', () => {
  it.each<[title: string, lines: readonly string[], outcome: Outcome]>([
    ['gives the one line', [good], lookedUp(id)],
    ['gives none', [], missing],
    ['has joined two of ours', [good, good], malformed],
    ['has joined a foreign one and ours', ['Bearer x', good], malformed],
    ['has joined ours and a foreign one', [good, 'Bearer x'], malformed],
    ['has joined two foreign ones, a declared difference', ['Bearer x', 'Basic YTpi'], missing],
  ])('%s', async (_, lines, outcome) => {
    const headers = new Headers()
    for (const line of lines) headers.append('Authorization', line)
    await expectOutcome(headerLinesOf(headers), outcome)
  })
})

describe('the cost of reading', () => {
  const credentials = parseCredentials('credentials', [restApiKeyCredentials(), bearerCredentials()])

  /** Every way in which the parser looks at a text, counted, and the patterns that it used. */
  function workOn(value: string): { steps: number; patterns: Set<RegExp> } {
    const lines = [value]
    const spies = [
      vi.spyOn(String.prototype, 'charCodeAt'),
      vi.spyOn(String.prototype, 'indexOf'),
      vi.spyOn(String.prototype, 'startsWith'),
      vi.spyOn(String.prototype, 'slice'),
      vi.spyOn(String.prototype, 'split'),
    ]
    const test = vi.spyOn(RegExp.prototype, 'test')
    readCredentials(credentials, () => lines)
    const steps = [...spies, test].reduce((sum, spy) => sum + spy.mock.calls.length, 0)
    const patterns = new Set(test.mock.contexts as RegExp[])
    vi.restoreAllMocks()
    return { steps, patterns }
  }

  it.each([
    ['equals signs', (n: number) => '='.repeat(n)],
    ['our name and equals signs', (n: number) => `rest_api_key${'='.repeat(n)}`],
    ['a long id', (n: number) => `rest_api_key=${'a'.repeat(n)}`],
    ['a long scheme', (n: number) => 'a'.repeat(n)],
    ['a long scheme and a comma', (n: number) => `${'a'.repeat(n)},`],
    ['a scheme and commas', (n: number) => `Basic ${','.repeat(n)}`],
    ['a scheme, commas and blanks', (n: number) => `Basic ${', '.repeat(n / 2)}`],
    ['a scheme, a comma and blanks', (n: number) => `Basic x,${' '.repeat(n)}x`],
    ['blanks', (n: number) => ' '.repeat(n)],
    ['blanks around something', (n: number) => `${' '.repeat(n)}x y${' '.repeat(n)}`],
    ['a scheme and beginnings of our name', (n: number) => `Basic x${', rest_api_ke'.repeat(n / 12)}`],
    ['a scheme and names like Bearer', (n: number) => `Basic x${', bearers'.repeat(n / 9)}`],
  ])('grows no faster than the value: %s', (_, textOf) => {
    const once = workOn(textOf(1_800)).steps
    const twice = workOn(textOf(3_600)).steps
    expect(twice).toBeLessThanOrEqual(2 * once)
    expect(twice).toBeLessThanOrEqual(6 * 3_600)
  })

  it('looks at an id that is too long no longer than at a short one', () => {
    const blanksOnly = 2
    expect(workOn(`rest_api_key=${'a'.repeat(100_000)}`).steps).toBeLessThanOrEqual(
      workOn('rest_api_key=a').steps + blanksOnly,
    )
  })

  it('uses no pattern that searches: each is tied to one place', () => {
    const { patterns } = workOn('Basic x, Bearers y, rest_api_kex')
    expect(patterns.size).toBe(5)
    for (const { source } of patterns) expect(source).toMatch(/^\^/)
  })
})

describe('the accepted formats', () => {
  it.each<[title: string, credentials: unknown, expected: string]>([
    ['refuses an empty list', [], 'at least one'],
    ['refuses a name', 'authorization', 'restApiKeyCredentials()'],
    ['refuses null', null, 'restApiKeyCredentials()'],
    ['refuses the factory itself', restApiKeyCredentials, 'restApiKeyCredentials()'],
    ['refuses a list with something else in it', [restApiKeyCredentials(), {}], 'restApiKeyCredentials()'],
    ['refuses the same format twice', [bearerCredentials(), bearerCredentials()], 'no two formats'],
    [
      'refuses the same header twice, whatever its case',
      [headerCredentials('x-api-key'), headerCredentials('X-API-KEY')],
      'no two formats',
    ],
  ])('%s', (_, credentials, expected) => {
    expectRefusal(
      () => parseCredentials('credentials', credentials),
      'invalid_option',
      '"credentials"',
      expected,
    )
  })

  it('are read from several headers, even where they are written in the same way', () => {
    const list = [headerCredentials('x-api-key'), headerCredentials('x-service-key'), bearerCredentials()]
    const { grammars } = parseCredentials('credentials', list)
    expect(grammars.map(({ header, formats }) => [header, formats])).toEqual([
      ['x-api-key', [list[0]]],
      ['x-service-key', [list[1]]],
      ['authorization', [list[2]]],
    ])
  })

  it('are copied', async () => {
    const list: CredentialFormat[] = [restApiKeyCredentials()]
    const parsed = parseCredentials('credentials', list)
    const authorizer = createAuthorizer({ store: { findByDigest: async () => null }, credentials: list })
    list[0] = headerCredentials('x-api-key')
    const decision = await authorizer.authorize({
      headerLines: linesOf({ authorization: good }),
      tenantId: 'acme',
    })
    expect(decision).toMatchObject({ reason: 'unknown_key' })
    expect(parsed.formats.map(({ header }) => header)).toEqual(['authorization'])
  })

  it('are frozen', () => {
    for (const format of [restApiKeyCredentials(), bearerCredentials(), headerCredentials('x-api-key')]) {
      expect(Object.isFrozen(format)).toBe(true)
    }
  })
})

describe('isReferenceId', () => {
  it('knows exactly the 66 unreserved characters', () => {
    const accepted = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
      isReferenceId,
    )
    expect(accepted.sort().join('')).toBe(
      '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~',
    )
  })

  it.each([
    [0, false],
    [1, true],
    [256, true],
    [257, false],
  ])('of %i characters: %s', (length, expected) => {
    expect(isReferenceId('a'.repeat(length))).toBe(expected)
  })
})

describe('stripBlanks', () => {
  it.each([
    ['a', 'a'],
    [' \t a b \t ', 'a b'],
    [' \t ', ''],
    ['', ''],
    ['\u00a0a\u00a0', '\u00a0a\u00a0'],
    ['\na\r', '\na\r'],
    ['\u2003a\ufeff', '\u2003a\ufeff'],
  ])('of %j is %j', (value, stripped) => {
    expect(stripBlanks(value)).toBe(stripped)
  })
})

it('an error of headerLines reaches the caller and is none of ours', async () => {
  const authorizer = createAuthorizer({ store: { findByDigest: async () => null } })
  const failure = new Error('no headers')
  const caught = await authorizer
    .authorize({
      headerLines: () => {
        throw failure
      },
      tenantId: 'acme',
    })
    .catch((error: unknown) => error)
  expect(caught).toBe(failure)
  expect(isRestApiKeyError(caught)).toBe(false)
})
