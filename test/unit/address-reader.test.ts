import ipaddr from 'ipaddr.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAddressReader } from '../../src/address-reader.js'

afterEach(() => vi.restoreAllMocks())

const address = (index: number) => `2001:db8::${index.toString(16)}`

describe('createAddressReader', () => {
  it.each<[ip: string | undefined, units: string | undefined]>([
    ['0.0.0.0', '\0\0'],
    ['192.0.2.7', '\uc000\u0207'],
    ['255.255.255.255', '\uffff\uffff'],
    ['::ffff:192.0.2.7', '\uc000\u0207'],
    ['::192.0.2.7', '\0\0\0\0\0\0\uc000\u0207'],
    ['2001:db8::1', '\u2001\u0db8\0\0\0\0\0\u0001'],
    [undefined, undefined],
    ['', undefined],
    ['192.0.2.07', undefined],
    ['fe80::1%eth0', undefined],
  ])('reads %s, from memory too', (ip, units) => {
    const read = createAddressReader()
    expect([read(ip), read(ip)]).toEqual([units, units])
  })

  it('does not parse an address again, and holds no more than 1,000', () => {
    const read = createAddressReader()
    const parse = vi.spyOn(ipaddr.IPv6, 'parse')
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 1_000; index++) read(address(index))
    }
    expect(parse).toHaveBeenCalledTimes(1_000)
    read(address(1_000))
    read(address(0))
    expect(parse).toHaveBeenCalledTimes(1_002)
  })

  it('does not keep what is no address, however much of it comes', () => {
    const read = createAddressReader()
    const set = vi.spyOn(Map.prototype, 'set')
    for (let index = 0; index < 1_000; index++) read(`${'x'.repeat(100)}${index}`)
    expect(set).not.toHaveBeenCalled()
  })
})
