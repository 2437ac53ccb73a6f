import { expect, it } from 'vitest'
import { recordsByDigest } from '../../src/records-by-digest.js'
import { recordOf } from '../support/key-requests.js'
import { canary, expectRefusal } from '../support/refusals.js'

const [a, b] = [recordOf('a'), recordOf('b')]
const digests = [a.digest, b.digest]

it('has the record of each digest, and null where there is none', () => {
  const recordOf = recordsByDigest([b], digests)
  expect(digests.map((digest) => recordOf(digest)?.id)).toEqual([undefined, b.id])
  expect(recordOf(a.digest)).toBeNull()
})

it.each<[answer: unknown, shown: string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [a, 'an object'],
  [canary, 'a string'],
])('refuses what is no list: %s', (answer, shown) => {
  const message = `A store must return a list of records, not ${shown}`
  expectRefusal(() => recordsByDigest(answer, digests), 'invalid_record', message)
})

it('refuses what came twice, for its digest alone', () => {
  const recordOf = recordsByDigest([a, b, a], digests)
  expectRefusal(() => recordOf(a.digest), 'invalid_record', 'A store must return each record once')
  expect(recordOf(b.digest)?.id).toBe(b.id)
})

it.each<[what: string, stray: unknown]>([
  ['of another digest', recordOf(canary)],
  ['of another spelling', { ...b, digest: b.digest.toUpperCase() }],
  ['without a digest', { ...b, digest: undefined }],
  ['with a number', { ...b, digest: 7 }],
  ['that is null', null],
])('refuses where none came and a record did %s', (_, stray) => {
  const recordOf = recordsByDigest([a, stray], digests)
  expect(recordOf(a.digest)?.id).toBe(a.id)
  const message = 'A store returned a record with a digest that was not asked for; compare bytes in the store'
  expectRefusal(() => recordOf(b.digest), 'invalid_record', message)
})
