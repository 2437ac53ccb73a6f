import { plainDigest } from 'rest-api-key'
import { expect, it } from 'vitest'
import { isReferenceId } from '../../src/credentials.js'

it('puts "plain:" in front', () => {
  expect(plainDigest()('0123456789ABCDEF')).toBe('plain:0123456789ABCDEF')
})

it('makes what no header can carry', () => {
  for (const id of ['a', 'plain', '0123456789ABCDEF']) expect(isReferenceId(plainDigest()(id))).toBe(false)
})
