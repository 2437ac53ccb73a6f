import { cacheKeyOf } from '../../digest.js'
import type { Write } from './conditional-write.js'
import { unexpectedReply } from './redis-client.js'

/** At least so many entries are kept: Redis drops whole blocks of them, which costs it next to nothing. */
const limit = ['MAXLEN', '~', '10000'] as const

/** An entry of the stream, whoever wrote it. */
export interface Entry {
  readonly id: string
  /** What it tells; a digest if a store wrote it, `undefined` if it does not have the form of a store's. */
  readonly message: unknown
}

/** Adds an entry: the key with this digest changes. Comes before all that must not be written if it fails. */
export function announced(stream: string, digest: string): Write {
  return ['XADD', stream, ...limit, '*', 'digest', cacheKeyOf(digest)]
}

/** Drops entries that are too many; a Redis that takes no writes refuses it. */
export function trimmed(stream: string) {
  return ['XTRIM', stream, ...limit] as const
}

export function entriesOf(reply: unknown): readonly Entry[] {
  if (!Array.isArray(reply)) throw unexpectedReply()
  return reply.map((entry: unknown) => {
    const [id, fields]: readonly unknown[] = Array.isArray(entry) ? entry : []
    if (typeof id !== 'string' || !Array.isArray(fields)) throw unexpectedReply()
    const [field, message, ...more] = fields
    return { id, message: field === 'digest' && more.length === 0 ? message : undefined }
  })
}
