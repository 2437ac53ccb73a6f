import { invalidOption } from '../../options.js'

/** The prefix of a store and of its feed. */
export function parsePrefix(value: unknown): string {
  if (value === undefined) return 'rest-api-key'
  if (typeof value !== 'string' || !/^[!-z|~]{1,100}$/.test(value)) {
    throw invalidOption('prefix', '1 to 100 visible ASCII characters without braces', value)
  }
  return value
}
