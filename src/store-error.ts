import { isRestApiKeyError, RestApiKeyError } from './errors.js'

/**
 * What the operator learns of a store's error: its class, its code and where it came from. Its message stays out,
 * because drivers quote values in theirs, and so do properties that they add.
 */
export function storeError(error: unknown): RestApiKeyError {
  try {
    if (isRestApiKeyError(error)) return error
    const wrapped = new RestApiKeyError('store_failed', `The key store failed (${labelOf(error)})`)
    const frames = framesOf(error)
    if (frames !== '') wrapped.stack = `${wrapped.name}: ${wrapped.message}\n${frames}`
    return wrapped
  } catch {
    // Its own properties throw: there is nothing to tell, and a refusal all the same.
    return new RestApiKeyError('store_failed', 'The key store failed')
  }
}

const className = /^[A-Za-z]{0,34}(?:Error|Exception)$/i
/** Words of letters, or of at most five letters and digits: `ECONNREFUSED`, `23505`, `ERR_HTTP2_STREAM_ERROR`. */
const driverCode = /^(?=.{1,40}$)(?:[A-Z]+|[A-Z0-9]{1,5})(?:[_-](?:[A-Z]+|[A-Z0-9]{1,5}))*$/

/** The class and the code of an error, if they look like ones: applications put values everywhere. */
export function labelOf(error: unknown): string {
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
