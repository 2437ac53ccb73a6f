import { expect, it } from 'vitest'
import { headerName } from '../../src/header-name.js'

it.each([
  ['X-Api-Key', 'x-api-key'],
  ['x', 'x'],
  ["!#$%&'*+-.^_`|~09AZaz", "!#$%&'*+-.^_`|~09azaz"],
])('takes %j as %j', (name, header) => {
  expect(headerName('header', name)).toBe(header)
})

it('refuses every ASCII character that no token has', () => {
  const refused = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((character) => {
    try {
      return headerName('header', `x${character}`) === undefined
    } catch {
      return true
    }
  })
  const printable = refused.filter((character) => character > ' ' && character < '\x7f')
  expect(printable.join('')).toBe('"(),/:;<=>?@[\\]{}')
  expect(refused.length - printable.length).toBe(34)
})
