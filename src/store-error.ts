import { isRestApiKeyError, RestApiKeyError, type RestApiKeyErrorCode } from './errors.js'

/** A store's error, as the operator sees it; one of this library passes. */
export function storeError(error: unknown): RestApiKeyError {
  return isRestApiKeyError(error) ? error : foreignError('store_failed', 'The key store failed', error)
}

/**
 * What is told of an error that is not ours: its class, its code and where it came from. Its message stays out, because
 * drivers quote values in theirs, and so do properties that they add.
 */
export function foreignError(code: RestApiKeyErrorCode, message: string, error: unknown): RestApiKeyError {
  try {
    const wrapped = new RestApiKeyError(code, `${message} (${labelOf(error)})`)
    const frames = framesOf(error)
    if (frames !== '') wrapped.stack = `${wrapped.name}: ${wrapped.message}\n${frames}`
    return wrapped
  } catch {
    // Its own properties throw: there is nothing to tell, and an error all the same.
    return new RestApiKeyError(code, message)
  }
}

const className = /^[A-Za-z]{0,34}(?:Error|Exception)$/i
/** Words of letters, or of at most five letters and digits: `ECONNREFUSED`, `23505`, `ERR_HTTP2_STREAM_ERROR`. */
const driverCode = /^(?=.{1,40}$)(?:[A-Z]+|[A-Z0-9]{1,5})(?:[_-](?:[A-Z]+|[A-Z0-9]{1,5}))*$/

/** The class and the code of an error, if they look like ones: applications put values everywhere. */
function labelOf(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} thrown`
  const { name, code } = error as { name: unknown; code?: unknown }
  const label = typeof name === 'string' && className.test(name) ? name : 'Error'
  return typeof code === 'string' && driverCode.test(code) ? `${label}, ${code}` : label
}

const frame = /^ {4}at .*(?:[/\\]|node:).*:\d+:\d+\)?$/

/** The lines behind the message; none if the message was changed afterwards and cannot be cut off. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return ''
  const message = error.stack.indexOf(error.message)
  if (message === -1) return ''
  return error.stack
    .slice(message + error.message.length)
    .split('\n')
    .filter((line) => frame.test(line))
    .join('\n')
}
