import { expect, it } from 'vitest'
import { mergeVary } from '../../src/vary.js'

it.each<[current: unknown, added: string, merged: string]>([
  [undefined, 'authorization', 'authorization'],
  [null, 'authorization', 'authorization'],
  ['', 'authorization', 'authorization'],
  [0, 'authorization', 'authorization'],
  [[], 'authorization', 'authorization'],
  ['authorization', 'authorization', 'authorization'],
  ['Authorization', 'authorization', 'Authorization'],
  ['Origin', 'authorization', 'Origin, authorization'],
  ['Origin , Accept', 'authorization', 'Origin, Accept, authorization'],
  ['Origin,,Accept,', 'authorization', 'Origin, Accept, authorization'],
  [['Origin', 'Accept'], 'authorization', 'Origin, Accept, authorization'],
  [['Origin, Authorization', 'Accept'], 'authorization', 'Origin, Authorization, Accept'],
  ['Origin', 'authorization, x-api-key', 'Origin, authorization, x-api-key'],
  ['X-API-Key', 'authorization, x-api-key', 'X-API-Key, authorization'],
  ['Author', 'authorization', 'Author, authorization'],
  ['*', 'authorization', '*'],
  ['Origin, *', 'authorization', '*'],
  ['Origin', '', 'Origin'],
  ['Origin,Accept', '', 'Origin,Accept'],
  [['Origin', 'Accept'], '', 'Origin, Accept'],
  ['Origin,Accept', 'Origin,Accept', 'Origin,Accept'],
  ['', '', ''],
])('%j with %j is %j', (current, added, merged) => {
  expect(mergeVary(current, added)).toBe(merged)
})
