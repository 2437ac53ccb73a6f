import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIpAddress } from '../../src/ip-address.js'
import { anyAddress } from '../support/ip-arbitraries.js'

describe('parseIpAddress', () => {
  it.each<[text: string, units: string]>([
    ['0.0.0.0', '0:0'],
    ['192.0.2.7', 'c000:207'],
    ['255.255.255.255', 'ffff:ffff'],
    ['::ffff:192.0.2.7', 'c000:207'],
    ['::FFFF:C000:207', 'c000:207'],
    ['0:0:0:0:0:ffff:192.0.2.7', 'c000:207'],
    ['0000:0000:0000:0000:0000:ffff:c000:0207', 'c000:207'],
    ['0::ffff:192.0.2.7', 'c000:207'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::0.0.0.1', '0:0:0:0:0:0:0:1'],
    ['::192.0.2.7', '0:0:0:0:0:0:c000:207'],
    ['::fffe:192.0.2.7', '0:0:0:0:0:fffe:c000:207'],
    ['::ffff:0:192.0.2.7', '0:0:0:0:ffff:0:c000:207'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0:0:0:c000:207'],
    ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['d800:dc00:d800:dc00::', 'd800:dc00:d800:dc00:0:0:0:0'],
  ])('reads %s', (text, units) => {
    expect(hexadecimal(parseIpAddress(text))).toBe(units)
  })

  it.each([
    '',
    ' ',
    '1.2.3',
    '1.2.3.',
    '01.2.3.4',
    '1.2.3.4 ',
    '::1%lo',
    ':::',
    '1::2::3',
    '::ffff:1.2.3',
    '::ffff:1.2.3.256',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })

  it.each([undefined, null, 0, 1n, true, [], ['192.0.2.7'], {}, new String('192.0.2.7')])(
    'refuses what is no text: %s',
    (value) => {
      expect(parseIpAddress(value)).toBeUndefined()
    },
  )

  it('reads every spelling as the URL parser does', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const address = parseIpAddress(text)
        const host = new URL(text.includes(':') ? `http://[${text}]/` : `http://${text}/`).hostname
        const again = parseIpAddress(host.replace(/^\[|\]$/g, ''))
        expect(again).toBe(address)
        expect(address).toHaveLength(/^[\d.]+$|^\[::ffff:[^:]+:[^:]+\]$/.test(host) ? 2 : 8)
      }),
      { seed: 20_250_101, numRuns: 3_000 },
    )
  })
})

/** By code unit, because pairs of them can be surrogates. */
function hexadecimal(units: string | undefined): string | undefined {
  return units
    ?.split('')
    .map((unit) => unit.charCodeAt(0).toString(16))
    .join(':')
}
