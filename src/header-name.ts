import { invalidOption } from './options.js'

/** A header name in lower case; field names are tokens (RFC 9110, section 5.1). */
export function headerName(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value)) {
    throw invalidOption(option, 'the name of a header, such as "x-api-key"', value)
  }
  return value.toLowerCase()
}
