import { RestApiKeyError } from './errors.js'
import { storeError } from './store-error.js'

/**
 * Calls the store and gives up after a while: the promise rejects, and whatever comes later changes nothing. A store that
 * throws at once is treated like one that rejects.
 */
export function withDeadline<T>(call: () => Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RestApiKeyError('store_timeout', `The key store did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
    new Promise<T>((answer) => answer(call())).then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(storeError(error))
      },
    )
  })
}
