import { beforeAll, describe, expect, it } from 'vitest'
import { backends } from './backends.js'
import { faults } from './faults.js'
import { type Result, runMatrix } from './matrix.js'
import { short } from './timing.js'
import { aspects } from './verdict/judge.js'

const chosen = faults.filter(({ id }) => ['hangs', 'restarted', 'swallowed'].includes(id))
let results: readonly Result[]

beforeAll(async () => {
  results = await runMatrix({ backends, faults: chosen, timing: short })
}, 120_000)

describe.each(backends)('$name', (backend) => {
  describe.each(chosen)('$title', (fault) => {
    it.each(aspects)('keeps what is promised of a %s', (aspect) => {
      const result = results.find((one) => one.backend === backend && one.fault === fault)
      expect(result?.cells[aspect].broken).toEqual([])
    })
  })
})
