import { RestApiKeyError } from './errors.js'

/**
 * What the server of a feed answers, unless it takes too long, or the signal aborts: then the promise rejects, with
 * `feed_failed` or the signal's reason, and what comes later changes nothing.
 */
export function answerWithin<T>(timeoutMs: number, answer: Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = () => {
      over()
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      over()
      reject(new RestApiKeyError('feed_failed', `No answer came to the change feed within ${timeoutMs} ms`))
    }, timeoutMs)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    answer.finally(over).then(resolve, reject)
  })
}
