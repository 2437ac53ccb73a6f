import { randomBytes } from 'node:crypto'
import { crc32 } from './crc32.js'
import { isReferenceId } from './credentials.js'
import { assertOptions, invalidOption } from './options.js'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 30 characters of 62 are 178 bits. */
const randomLength = 30
/** The 32 bits of the check fit into 6 characters of 62. */
const checkLength = 6
const maxPrefixLength = 32

/** What generated Reference IDs look like. */
export interface ReferenceIdsOptions {
  /** What every generated id begins with: 1 to 32 characters of `A-Z a-z 0-9 - . _ ~`. Default `rak_`. */
  readonly prefix?: string
}

/** Describes generated Reference IDs. */
export interface ReferenceIds {
  readonly prefix: string
  /** A new Reference ID: the prefix, 178 random bits and a CRC-32 check, all URL-safe. */
  generate(): string
  /**
   * `generated`: has the prefix, the length and the right check; `mistyped`: has the prefix and the length, not the
   * check; `foreign`: anything else, of which nothing can be said.
   */
  check(referenceId: string): 'generated' | 'mistyped' | 'foreign'
}

/**
 * Describes the Reference IDs that are generated here, so that a mistyped one is refused without a look-up and secret
 * scanners recognise one that leaked: `{prefix}` and 36 letters or digits, the last six of which are a CRC-32.
 *
 * @throws {RestApiKeyError} `invalid_option` if the prefix is no such text.
 *
 * @example
 * ```ts
 * import { createAuthorizer, memoryStore, referenceIds } from 'rest-api-key'
 *
 * const ids = referenceIds({ prefix: 'incidents_' })
 * const store = memoryStore({ keys: [{ referenceId: ids.generate(), tenantId: 'acme' }] })
 * createAuthorizer({ store, referenceIds: ids })
 * ```
 */
export function referenceIds(options: ReferenceIdsOptions = {}): ReferenceIds {
  assertOptions('referenceIds', options, ['prefix'])
  const { prefix = 'rak_' } = options
  if (typeof prefix !== 'string' || !isReferenceId(prefix) || prefix.length > maxPrefixLength) {
    throw invalidOption('prefix', `1 to ${maxPrefixLength} characters of A-Z a-z 0-9 - . _ ~`, prefix)
  }
  const length = prefix.length + randomLength + checkLength
  return Object.freeze({
    prefix,
    generate() {
      const body = prefix + randomText()
      return body + checkOf(body)
    },
    check(referenceId: string) {
      if (referenceId.length !== length || !referenceId.startsWith(prefix)) return 'foreign'
      // The CRC is one of ASCII: a character above would count as the one with its low byte.
      if (!isReferenceId(referenceId)) return 'mistyped'
      const body = referenceId.slice(0, -checkLength)
      return body + checkOf(body) === referenceId ? 'generated' : 'mistyped'
    },
  })
}

/** Bytes above the greatest multiple of 62 are thrown away, or the first characters would be likelier. */
function randomText(): string {
  const limit = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < randomLength) {
    for (const byte of randomBytes(randomLength)) {
      if (byte < limit && text.length < randomLength) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}

function checkOf(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let i = 0; i < checkLength; i++) {
    text = alphabet[rest % alphabet.length] + text
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}
