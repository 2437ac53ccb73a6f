import type { HeaderLines } from './header-lines.js'
import { invalidOption, listOf } from './options.js'

/** No credentials that this library is asked to read: none at all, or those of another scheme. */
export const missing = Symbol('missing credentials')
/** Credentials that claim to be ours and do not fit the grammar, or that contradict each other. */
export const malformed = Symbol('malformed credentials')

/** A way of sending a Reference ID. Made by `restApiKeyCredentials`, `headerCredentials` and `bearerCredentials`. */
export interface CredentialFormat {
  /** The header that carries it, in lower case. */
  readonly header: string
  /** What the value begins with, in lower case; `''` if the whole value is the Reference ID. No two formats on one header share it. */
  readonly name: string
  /** Shown to the client: how the header is written. */
  readonly form: string
  /** The challenge of RFC 9110, section 11.6.1, for this format. */
  challenge(realm: string): string
  /** Whether the value is meant for this format, well-formed or not. */
  claims(value: string): boolean
  /** The Reference ID of a value that fits the grammar of this format, or `undefined`. */
  parse(value: string): string | undefined
}

export const maxIdLength = 256

/** `A-Z a-z 0-9 - . _ ~`, the unreserved characters of RFC 3986, section 2.3. Without the `u` flag, `\w` is ASCII. */
const id = /^[\w.~-]+$/

/** Whether a text can be a Reference ID: 1 to 256 characters of `A-Z a-z 0-9 - . _ ~`. */
export function isReferenceId(text: string): boolean {
  return text.length <= maxIdLength && id.test(text)
}

/**
 * A parser of values that consist of this prefix, in upper or lower case, and a Reference ID. Without the `u` flag, `i` folds
 * ASCII letters only: the Kelvin sign is no `k` here.
 */
export function parserOf(prefix: string): CredentialFormat['parse'] {
  const wellFormed = new RegExp(`^${prefix}[\\w.~-]+$`, 'i')
  const maxLength = prefix.length + maxIdLength
  return (value) =>
    value.length <= maxLength && wellFormed.test(value) ? value.slice(prefix.length) : undefined
}

export const referenceIdForm = '1 to 256 characters of A-Z a-z 0-9 - . _ ~'

/** Without the spaces and tabs at the ends (RFC 9110, section 5.5); `trim()` would take NBSP and others too. */
export function stripBlanks(value: string): string {
  let start = 0
  let end = value.length
  while (isBlank(value.charCodeAt(start))) start++
  while (isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

/** Beyond the ends of a text there is no character, hence no blank. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** A scheme's token (RFC 9110, section 5.6.2) followed by a space or the end. */
const foreignScheme = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: |$)/

/** All formats on one header form one grammar. */
interface HeaderGrammar {
  readonly header: string
  readonly formats: readonly CredentialFormat[]
}

/** The accepted formats, grouped by header. */
export interface Credentials {
  readonly formats: readonly CredentialFormat[]
  readonly grammars: readonly HeaderGrammar[]
}

export function parseCredentials(option: string, value: unknown): Credentials {
  const expected =
    'restApiKeyCredentials(), headerCredentials(name), bearerCredentials() or a list with at least one of them'
  const formats = listOf(option, value, isCredentialFormat, expected)
  const headers = formats.map(({ header }) => header)
  for (const { header, name, form } of formats) {
    if (formats.filter((format) => format.header === header && format.name === name).length > 1) {
      throw invalidOption(option, `a list in which no two formats read "${form}"`, value)
    }
  }
  return {
    formats,
    grammars: [...new Set(headers)].map((header) => ({
      header,
      formats: formats.filter((format) => format.header === header),
    })),
  }
}

export function isCredentialFormat(value: unknown): value is CredentialFormat {
  return (
    typeof value === 'object' && value !== null && 'parse' in value && 'claims' in value && 'header' in value
  )
}

/** The Reference ID that a request carries. Credentials in two headers at once are malformed, even equal ones. */
export function readCredentials(
  { grammars }: Credentials,
  headerLines: HeaderLines,
): string | typeof missing | typeof malformed {
  let found: string | typeof missing | typeof malformed = missing
  for (const grammar of grammars) {
    const result = readHeader(grammar, headerLines(grammar.header))
    if (result === missing) continue
    if (found !== missing) return malformed
    found = result
  }
  return found
}

function readHeader(
  { formats }: HeaderGrammar,
  lines: readonly string[],
): string | typeof missing | typeof malformed {
  if (lines.length === 0) return missing
  if (lines.length > 1) return malformed
  const value = stripBlanks(lines[0] as string)
  if (value === '') return missing
  for (const format of formats) {
    const referenceId = format.parse(value)
    if (referenceId !== undefined) return referenceId
  }
  if (!foreignScheme.test(value)) return malformed
  // Fetch joins two lines with a comma: a foreign scheme in front must not hide ours behind it.
  const parts = value.split(',').map(stripBlanks)
  return parts.some((part) => formats.some((format) => format.claims(part))) ? malformed : missing
}
