import { isRestApiKeyError, RestApiKeyError } from './errors.js'

/**
 * What the operator learns of a store's error: its class, its code and where it came from. Its message stays out,
 * because drivers quote values in theirs, and so do properties that they add.
 */
export function storeError(error: unknown): RestApiKeyError {
  if (isRestApiKeyError(error)) return error
  const wrapped = new RestApiKeyError('store_failed', `The key store failed (${labelOf(error)})`)
  const frames = framesOf(error)
  if (frames !== '') wrapped.stack = `${wrapped.name}: ${wrapped.message}\n${frames}`
  return wrapped
}

function labelOf(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} thrown`
  const code = (error as { code?: unknown }).code
  return [error.name, code]
    .filter((part) => typeof part === 'string' && /^[\w.-]{1,40}$/.test(part))
    .join(', ')
}

function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return ''
  const afterMessage = error.stack.slice(error.stack.lastIndexOf(error.message) + error.message.length)
  return afterMessage
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
