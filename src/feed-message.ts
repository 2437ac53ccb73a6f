import type { ChangeListener } from './change-feed.js'
import { plainPrefix } from './digest.js'

/** No digest is longer: as many bytes as the digest of a stored key can have. */
const digestLike = /^[!-~]{1,300}$/

/**
 * Tells what came over a feed, whoever sent it. What looks like a digest can do no harm: at most a record is read again.
 * All else stands for any key, and is not passed on, because it could be a Reference ID in clear.
 */
export function tellMessage(listener: Pick<ChangeListener, 'changed' | 'flush'>, message: unknown): void {
  const isDigest = typeof message === 'string' && digestLike.test(message) && !message.startsWith(plainPrefix)
  if (isDigest) listener.changed(message)
  else listener.flush()
}
