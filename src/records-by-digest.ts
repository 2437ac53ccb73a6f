import { invalidRecord, parseKeyRecord, type ValidKeyRecord } from './key-record.js'
import { describe } from './options.js'

/**
 * What a store returned for several digests, as the answer for each. One that has no record is unknown, but not if a
 * record came for which nobody asked: it may stand for any of them, as where a database folds case.
 *
 * @throws {RestApiKeyError} `invalid_record` if it is no list. The function that is returned throws it for a digest whose
 *   record cannot be used, whose record came twice, or that may be the one meant.
 */
export function recordsByDigest(
  records: unknown,
  digests: readonly string[],
): (digest: string) => ValidKeyRecord | null {
  if (!Array.isArray(records))
    throw invalidRecord(`A store must return a list of records, not ${describe(records)}`)
  const asked = new Set(digests)
  const found = new Map<string, unknown>()
  const repeated = new Set<string>()
  let stray = false
  for (const record of records) {
    const digest = digestOf(record)
    if (!asked.has(digest)) stray = true
    else if (found.has(digest)) repeated.add(digest)
    else found.set(digest, record)
  }
  return (digest) => {
    if (repeated.has(digest)) throw invalidRecord('A store must return each record once')
    const record = found.get(digest)
    if (record !== undefined) return parseKeyRecord(record, digest)
    if (stray) {
      throw invalidRecord(
        'A store returned a record with a digest that was not asked for; compare bytes in the store',
      )
    }
    return null
  }
}

/** Where there is none to be read, a text that no digest equals. */
function digestOf(record: unknown): string {
  try {
    const { digest } = record as { digest?: unknown }
    return typeof digest === 'string' ? digest : ''
  } catch {
    return ''
  }
}
