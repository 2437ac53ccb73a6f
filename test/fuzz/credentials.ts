import assert from 'node:assert/strict'
import fc from 'fast-check'
import { bearerCredentials, headerCredentials, headerLinesOf, restApiKeyCredentials } from 'rest-api-key'
import { malformed, missing, parseCredentials, readCredentials } from '../../src/credentials.js'
import { type Campaign, campaignOf } from './campaign.js'
import { headerValue } from './credentials-arbitraries.js'
import { type FormatName, type Reading, readingOf } from './credentials-oracle.js'

/** What is under test: how the raw headers of a request are read. */
export type ReadHeaders = (
  formats: readonly FormatName[],
  source: { rawHeaders: string[] } | Headers,
) => Reading

const formatOf = {
  rest_api_key: restApiKeyCredentials(),
  bearer: bearerCredentials(),
  'x-api-key': headerCredentials('X-Api-Key'),
}

export const readHeaders: ReadHeaders = (names, source) => {
  const credentials = parseCredentials(
    'credentials',
    names.map((name) => formatOf[name]),
  )
  const read = readCredentials(credentials, headerLinesOf(source))
  if (read === missing) return 'missing'
  return read === malformed ? 'malformed' : { referenceId: read }
}

const headerNames = ['authorization', 'Authorization', 'AUTHORIZATION', 'x-api-key', 'X-API-Key'] as const
const otherNames = [
  'Proxy-Authorization',
  'X-Authorization',
  'Authorization2',
  'Cookie',
  'authorizatio',
] as const
const formatNames = ['rest_api_key', 'bearer', 'x-api-key'] as const

/** Header lines, as Node.js and as Fetch have them: the library reads of them what an independent reading does. */
export function credentialsCampaign(read: ReadHeaders = readHeaders): Campaign {
  return campaignOf({
    name: 'credentials',
    inputs: fc.record({
      formats: fc.shuffledSubarray([...formatNames], { minLength: 1 }),
      headers: fc.array(
        fc.tuple(
          fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...headerNames) }, fc.constantFrom(...otherNames)),
          headerValue,
        ),
        { maxLength: 3 },
      ),
    }),
    check({ formats, headers }) {
      const lines = (name: string) =>
        headers.filter((one) => one[0].toLowerCase() === name).map(([, value]) => value)
      const names = ['authorization', 'x-api-key'] as const
      const [authorization, key] = names.map(lines) as [string[], string[]]
      const expected = readingOf(formats, { authorization, 'x-api-key': key })
      assert.deepEqual(read(formats, { rawHeaders: headers.flat() }), expected)
      const fetched = fetchedHeaders(headers)
      if (fetched === undefined) return
      const joined = names.map((name) => [fetched.get(name)].filter((value) => value !== null))
      assert.deepEqual(
        read(formats, fetched),
        readingOf(formats, { authorization: joined[0] ?? [], 'x-api-key': joined[1] ?? [] }),
      )
    },
  })
}

/** Fetch does not take every byte. */
function fetchedHeaders(headers: readonly (readonly [string, string])[]): Headers | undefined {
  try {
    return new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  } catch {
    return undefined
  }
}
