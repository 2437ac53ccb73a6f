import { createAuthorizer, type HeaderLines } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { argumentsCampaign } from './arguments.js'
import type { Campaign, OpenCampaign } from './campaign.js'
import { campaigns } from './campaigns.js'
import { credentialsCampaign, readHeaders } from './credentials.js'
import { feedsCampaign } from './feeds.js'
import { formsCampaign } from './forms.js'
import { headersCampaign, rightAuthorizer } from './headers.js'
import { runCommand } from './in-process-command.js'
import { ipRulesCampaign, judgeIpRules } from './ip-rules.js'
import { recordsCampaign } from './records.js'
import { runCampaign } from './run-campaign.js'

const ran = (open: OpenCampaign, cases: number) => runCampaign(open, { seed: 1, seconds: 60, cases })

/** An authorizer that reads header lines in another way. */
function reading(alter: (lines: readonly string[]) => readonly string[]): () => Promise<Campaign> {
  return () => {
    const right = rightAuthorizer()
    const authorize = (request: Parameters<typeof right.authorize>[0]) => {
      const headerLines: HeaderLines = (name) => alter(request.headerLines(name))
      return right.authorize({ ...request, headerLines })
    }
    return headersCampaign({ ...right, authorize } as typeof right)
  }
}

/** What could go wrong, one thing each; no campaign may overlook it. */
const mistakes: readonly (readonly [mistake: string, open: OpenCampaign])[] = [
  [
    'blanks around = are allowed',
    reading((lines) => lines.map((line) => line.replace(/[ \t]*=[ \t]*/, '='))),
  ],
  ['the first of two Authorization lines counts', reading((lines) => lines.slice(0, 1))],
  ['a quoted id is accepted', reading((lines) => lines.map((line) => line.replaceAll('"', '')))],
  [
    'NBSP is taken for a blank',
    () =>
      credentialsCampaign((formats, source) =>
        readHeaders(
          formats,
          'rawHeaders' in source ? { rawHeaders: source.rawHeaders.map((one) => one.trim()) } : source,
        ),
      ),
  ],
  [
    'two headers with the same credentials are accepted',
    () =>
      credentialsCampaign((formats, source) => {
        const single = formats
          .map((format) => readHeaders([format], source))
          .find((read) => typeof read === 'object')
        return single ?? readHeaders(formats, source)
      }),
  ],
  [
    'whatever is truthy counts as activated',
    () =>
      recordsCampaign((store) =>
        createAuthorizer({
          store: {
            async findByDigest(digest, options) {
              const record = await store.findByDigest(digest, options)
              return record?.activated ? Object.create(record, { activated: { value: true } }) : record
            },
          },
        }),
      ),
  ],
  [
    'a record that cannot be used is unknown',
    () =>
      recordsCampaign((store) =>
        createAuthorizer({
          store: {
            async findByDigest(digest, options) {
              const record = await store.findByDigest(digest, options)
              return record?.digest === digest ? record : null
            },
          },
        }),
      ),
  ],
  [
    'a message that is no digest is ignored',
    () => feedsCampaign((feed) => ({ subscribe: (listener) => feed.subscribe({ ...listener, flush() {} }) })),
  ],
  [
    'a message is taken for another one',
    () =>
      feedsCampaign((feed) => ({
        subscribe: (listener) =>
          feed.subscribe({ ...listener, changed: (digest) => listener.changed(digest.toUpperCase()) }),
      })),
  ],
  [
    'what was typed is not escaped',
    () =>
      formsCampaign(({ fetch }) => ({
        async fetch(request) {
          const response = await fetch(request)
          const { status, headers } = response
          const text = (await response.text()).replaceAll('&lt;', '<').replaceAll('&gt;', '>')
          return new Response(status === 303 || status === 204 ? null : text, { status, headers })
        },
      })),
  ],
  [
    'forms of other sites are accepted',
    () =>
      formsCampaign(({ fetch }) => ({
        fetch(request) {
          const own = new Request(request)
          own.headers.delete('sec-fetch-site')
          own.headers.set('origin', new URL(request.url).origin)
          return fetch(own)
        },
      })),
  ],
  [
    'wrong input ends with 1',
    () =>
      argumentsCampaign(async (args, input) => {
        const end = await runCommand(args, input)
        return { ...end, code: Math.min(end.code, 1) }
      }),
  ],
  [
    'the arguments are repeated',
    () =>
      argumentsCampaign(async (args, input) => {
        const end = await runCommand(args, input)
        return {
          ...end,
          stderr: end.code === 2 ? `rest-api-key: ${args.join(' ').replaceAll('\n', ' ')}\n` : end.stderr,
        }
      }),
  ],
  [
    'the last address of a range is left out',
    () =>
      ipRulesCampaign((rules) => {
        const allows = judgeIpRules(rules)
        return (address) => allows(address) && !rules.some((rule) => rule.endsWith(`-${address}`))
      }),
  ],
  [
    'leading zeros are skipped',
    () => ipRulesCampaign((rules) => judgeIpRules(rules.map((rule) => rule.replace(/\b0+(?=\d)/g, '')))),
  ],
]

describe('every campaign', () => {
  it.each(Object.entries(campaigns))(
    'finds nothing in what is right: %s',
    async (_, open) => {
      const { cases, finding } = await ran(open, 40)
      expect(finding).toBeUndefined()
      expect(cases).toBe(40)
    },
    60_000,
  )

  it.each(mistakes)(
    'is not blind: %s',
    async (_, open) => {
      const { finding } = await ran(open, 4_000)
      expect(finding?.input).toBeTypeOf('string')
    },
    60_000,
  )
})
