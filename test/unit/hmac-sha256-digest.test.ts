import { hmacSha256Digest } from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

// RFC 4231, the cases whose data is a text and whose key is long enough.
it.each([
  [1, '0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    6,
    'aa'.repeat(131),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    7,
    'aa'.repeat(131),
    'This is a test using a larger than block-size key and a larger than block-size data. ' +
      'The key needs to be hashed before being used by the HMAC algorithm.',
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
])('agrees with case %i of RFC 4231', (_, key, text, digest) => {
  expect(hmacSha256Digest({ pepper: bytes(key) })(text)).toBe(digest)
})

it('takes a text in UTF-8 and its bytes for the same pepper', () => {
  const pepper = 'a pepper with é and 漢'
  expect(hmacSha256Digest({ pepper })('id')).toBe(hmacSha256Digest({ pepper: Buffer.from(pepper) })('id'))
})

it('gives another digest under another pepper', () => {
  expect(hmacSha256Digest({ pepper: 'pepper number one' })('id')).not.toBe(
    hmacSha256Digest({ pepper: 'pepper number two' })('id'),
  )
})

it('copies the pepper', () => {
  const pepper = bytes('0b'.repeat(20))
  const digest = hmacSha256Digest({ pepper })
  const before = digest('id')
  pepper.fill(0)
  expect(digest('id')).toBe(before)
})

it('counts bytes, not characters', () => {
  expect(hmacSha256Digest({ pepper: 'é'.repeat(8) })('id')).toMatch(/^[0-9a-f]{64}$/)
  expectRefusal(
    () => hmacSha256Digest({ pepper: 'e'.repeat(15) }),
    'invalid_option',
    '"pepper"',
    '16 bytes',
    '15',
  )
})

it.each<[title: string, options: unknown, option: string]>([
  ['no options', undefined, '"hmacSha256Digest options"'],
  ['a pepper in place of options', canary, '"hmacSha256Digest options"'],
  ['options without a pepper', {}, '"pepper"'],
  ['a pepper that is not set', { pepper: undefined }, '"pepper"'],
  ['an empty pepper', { pepper: '' }, '"pepper"'],
  ['a pepper of 15 bytes', { pepper: new Uint8Array(15) }, '"pepper"'],
  ['a list of bytes', { pepper: Array.from(Buffer.from(canary)) }, '"pepper"'],
  ['an object with a pepper in it', { pepper: { value: canary } }, '"pepper"'],
])('refuses %s', (_, options, option) => {
  expectRefusal(() => hmacSha256Digest(options as never), 'invalid_option', option)
})

it('refuses a number without repeating it', () => {
  const create = () => hmacSha256Digest({ pepper: 4815162342108 as never })
  expectRefusal(create, 'invalid_option', '"pepper"', 'a string or bytes')
  expect(create).not.toThrow(/4815162342108/)
})

it('refuses a mistyped option', () => {
  const create = () => hmacSha256Digest({ peper: canary } as never)
  expectRefusal(create, 'unknown_option', '"peper"', 'hmacSha256Digest', '"pepper"')
})
