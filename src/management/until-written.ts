import { RestApiKeyError } from '../errors.js'

const maxAttempts = 100

/**
 * Repeats an optimistic write until it takes place: `undefined` says that somebody else wrote in between. Each failure
 * is another one's success, so that the bound is met only by a repository that is out of order.
 */
export async function untilWritten<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let count = 0; count < maxAttempts; count++) {
    const written = await attempt()
    if (written !== undefined) return written
  }
  throw new RestApiKeyError('version_conflict', `Others wrote in between ${maxAttempts} times; try again`)
}
