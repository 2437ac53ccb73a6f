import type { KeyRecord } from '../../key-record.js'
import type { KeyStore } from '../../key-store.js'
import type { Backend } from './commit.js'
import { readText, readTexts } from './redis-client.js'
import { runScript } from './script.js'
import { recordOf } from './stored-json.js'

/** Greater moments win, whatever the order in which they arrive; a key that is gone stays gone. */
const touchScript = `
for index, at in ipairs(ARGV) do
  local digest, use = KEYS[2 * index - 1], KEYS[2 * index]
  if redis.call('EXISTS', digest) == 1
    and tonumber(at) > (tonumber(redis.call('GET', use) or '') or -math.huge) then
    redis.call('SET', use, at)
  end
end
return 0
`

/** Redis serves nobody else while a script runs. */
const touchBatch = 1_000

/** The part of a store that an authorizer uses. */
export function lookUpsOf({
  send,
  names,
}: Backend): Required<Pick<KeyStore, 'findByDigest' | 'findManyByDigest' | 'touch'>> {
  return {
    async findByDigest(digest) {
      const text = await readText(send, names.record(digest))
      return text === null ? null : recordOf(text)
    },

    async findManyByDigest(digests) {
      const wanted = [...new Set(digests)]
      const texts = await readTexts(send, wanted.map(names.record))
      const found: KeyRecord[] = []
      for (const [index, text] of texts.entries()) {
        if (text !== null) found.push(recordOrUnusable(text, wanted[index] as string))
      }
      return found
    },

    async touch(uses) {
      for (let from = 0; from < uses.length; from += touchBatch) {
        const batch = uses.slice(from, from + touchBatch)
        const keys = batch.flatMap(({ id }) => [names.digestOf(id), names.lastUse(id)])
        const moments = batch.map(({ at }) => String(at.getTime()))
        await runScript(send, touchScript, keys as [string, ...string[]], moments)
      }
    },
  }
}

/** What cannot be read must fail the look-up of its own key only: in its place stands what no authorizer can use. */
function recordOrUnusable(text: string, digest: string): KeyRecord {
  const unusable = { digest } as KeyRecord
  try {
    const record = recordOf(text)
    // Under its own digest it would seem to be one for which nobody asked.
    return record.digest === digest ? record : unusable
  } catch {
    return unusable
  }
}
