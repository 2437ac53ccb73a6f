import { describe, expect, it } from 'vitest'
import { clientIn, withUnknownClient } from '../../src/forwarded-for.js'

it.each<[forwarded: string | undefined, hops: string]>([
  [undefined, 'unknown'],
  ['', 'unknown, unknown'],
  ['203.0.113.9', 'unknown, 203.0.113.9'],
  [' 203.0.113.9 ,\t2001:db8::7', 'unknown, 203.0.113.9, 2001:db8::7'],
  ['203.0.113.9,,0x7f.1, 203.0.113.9:80', 'unknown, 203.0.113.9, unknown, unknown, unknown'],
])('%j has one hop more, and none that only looks like an address', (forwarded, hops) => {
  expect(withUnknownClient(forwarded)).toBe(hops)
})

describe('the client', () => {
  it.each<[hops: readonly (string | undefined)[], client: string | undefined]>([
    [[], undefined],
    [['203.0.113.9'], '203.0.113.9'],
    [['203.0.113.9', '127.0.0.1'], '203.0.113.9'],
    [['unknown', '127.0.0.1'], undefined],
    [['203.0.113.9', 'unknown'], undefined],
    [['203.0.113.9', undefined], undefined],
  ])('of %j is %s', (hops, client) => {
    expect(clientIn(hops)).toBe(client)
  })
})
