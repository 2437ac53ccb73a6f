import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIpAddress } from '../../src/ip-address.js'
import { anyAddress } from '../support/ip-arbitraries.js'

describe('parseIpAddress', () => {
  it.each<[text: string, value: number | bigint, mapped: boolean]>([
    ['0.0.0.0', 0, false],
    ['192.0.2.7', 0xc0000207, false],
    ['255.255.255.255', 0xffffffff, false],
    ['::ffff:192.0.2.7', 0xc0000207, true],
    ['::FFFF:C000:207', 0xc0000207, true],
    ['0:0:0:0:0:ffff:192.0.2.7', 0xc0000207, true],
    ['0000:0000:0000:0000:0000:ffff:c000:0207', 0xc0000207, true],
    ['0::ffff:192.0.2.7', 0xc0000207, true],
    ['::', 0n, false],
    ['::1', 1n, false],
    ['::0.0.0.1', 1n, false],
    ['::192.0.2.7', 0xc0000207n, false],
    ['::fffe:192.0.2.7', 0xfffe_c000_0207n, false],
    ['::ffff:0:192.0.2.7', 0xffff_0000_c000_0207n, false],
    ['64:ff9b::192.0.2.7', 0x0064_ff9b_0000_0000_0000_0000_c000_0207n, false],
    ['1:2:3:4:5:6:7.8.9.10', 0x0001_0002_0003_0004_0005_0006_0708_090an, false],
    ['1:2:3:4:5:6:7::', 0x0001_0002_0003_0004_0005_0006_0007_0000n, false],
    ['::2:3:4:5:6:7:8', 0x0000_0002_0003_0004_0005_0006_0007_0008n, false],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n - 1n, false],
  ])('reads %s', (text, value, mapped) => {
    expect(parseIpAddress(text)).toEqual({ value, mapped })
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
        expect(again).toEqual(address)
        expect(typeof address?.value).toBe(host.startsWith('[') && !address?.mapped ? 'bigint' : 'number')
      }),
      { seed: 20_250_101, numRuns: 3_000 },
    )
  })
})
