import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32 } from '../../src/crc32.js'

it.each([
  ['', 0x00000000],
  ['a', 0xe8b7be43],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('of %j is the published one', (text, crc) => {
  expect(crc32(text)).toBe(crc)
})

it('agrees with zlib on ASCII texts', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii', maxLength: 300 }),
      (text) => crc32(text) === zlibCrc32(text),
    ),
    { seed: 20_250_101, numRuns: 2_000 },
  )
})
